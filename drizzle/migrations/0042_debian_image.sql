INSERT INTO `images` (`id`, `name`, `description`, `kind`, `source`, `min_ram_mb`, `min_disk_gb`, `ready_marker`, `created_at`)
SELECT (SELECT MAX(`id`) + 1 FROM `images` `of_image`), 'debian', 'Debian 12 with cloud-init, SSH, sudo, apt and the QEMU guest agent, for software that wants a whole system. It is configured by user-data and has a serial and a VGA login; without KVM its first boot takes minutes.', 'disk', 'builtin:debian', 384, 2, 'TRAMA-READY', '2026-11-26 00:00:00.000'
FROM DUAL
WHERE EXISTS (SELECT 1 FROM `images` `any_image`)
	AND NOT EXISTS (SELECT 1 FROM `images` `same_name` WHERE `same_name`.`live_key` = 'debian');
