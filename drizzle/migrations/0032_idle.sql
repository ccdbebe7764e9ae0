CREATE TABLE `idle_rules` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`zone_id` bigint unsigned,
	`role_id` bigint unsigned,
	`slice_id` bigint unsigned,
	`minutes` int unsigned NOT NULL,
	`action` enum('suggest','suspend','stop') NOT NULL,
	CONSTRAINT `idle_rules_id` PRIMARY KEY(`id`),
	CONSTRAINT `idle_rules_zone_unique` UNIQUE(`zone_id`),
	CONSTRAINT `idle_rules_role_unique` UNIQUE(`role_id`),
	CONSTRAINT `idle_rules_slice_unique` UNIQUE(`slice_id`)
);
--> statement-breakpoint
CREATE TABLE `slice_idle` (
	`slice_id` bigint unsigned NOT NULL,
	`seen_at` datetime(3) NOT NULL,
	`used` json NOT NULL,
	`idle_ms` bigint unsigned NOT NULL,
	`done_minutes` int unsigned NOT NULL DEFAULT 0,
	`idle_since` datetime(3),
	CONSTRAINT `slice_idle_slice_id` PRIMARY KEY(`slice_id`)
);
--> statement-breakpoint
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_idle` ADD CONSTRAINT `slice_idle_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;