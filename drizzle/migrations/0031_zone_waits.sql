CREATE TABLE `zone_waits` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`requested_by` bigint unsigned NOT NULL,
	`kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','heal','destroy') NOT NULL,
	`on_failure` enum('keep','rollback') NOT NULL,
	`idempotency_key` varchar(64),
	`vcpus` int unsigned NOT NULL,
	`ram_mb` int unsigned NOT NULL,
	`disk_gb` int unsigned NOT NULL,
	`passed` int unsigned NOT NULL DEFAULT 0,
	`since` datetime(3) NOT NULL,
	CONSTRAINT `zone_waits_id` PRIMARY KEY(`id`),
	CONSTRAINT `zone_waits_slice_unique` UNIQUE(`slice_id`)
);
--> statement-breakpoint
ALTER TABLE `deployments` ADD `waiting_since` datetime(3);--> statement-breakpoint
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_requested_by_users_id_fk` FOREIGN KEY (`requested_by`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `zone_waits_zone_index` ON `zone_waits` (`zone_id`,`id`);--> statement-breakpoint
CREATE INDEX `zone_waits_requested_by_index` ON `zone_waits` (`requested_by`);