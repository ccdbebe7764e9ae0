ALTER TABLE `image_states` MODIFY COLUMN `state` enum('requested','fetching','verified','broken','building','unbuildable') NOT NULL;--> statement-breakpoint
INSERT INTO `images` (`id`, `name`, `description`, `kind`, `source`, `min_ram_mb`, `ready_marker`, `created_at`)
SELECT (SELECT MAX(`id`) + 1 FROM `images` `of_image`), 'router', 'A router that boots in seconds: FRR with OSPF, OSPFv3 and BGP, configured by /etc/frr/frr.conf and vtysh. It forwards IPv4 and IPv6, and has the tools of tiny.', 'kernel', 'builtin:router', 128, 'TRAMA-READY', '2026-11-26 00:00:00.000'
FROM DUAL
WHERE EXISTS (SELECT 1 FROM `images` `any_image`)
	AND NOT EXISTS (SELECT 1 FROM `images` `same_name` WHERE `same_name`.`live_key` = 'router');
