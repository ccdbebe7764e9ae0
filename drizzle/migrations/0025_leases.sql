CREATE TABLE `lease_limits` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`zone_id` bigint unsigned,
	`role_id` bigint unsigned,
	`max_minutes` int unsigned,
	`at_end` json NOT NULL,
	`warn_minutes` int unsigned,
	`sweep_after` bigint unsigned,
	`sweeping` boolean NOT NULL DEFAULT false,
	CONSTRAINT `lease_limits_id` PRIMARY KEY(`id`),
	CONSTRAINT `lease_limits_zone_unique` UNIQUE(`zone_id`),
	CONSTRAINT `lease_limits_role_unique` UNIQUE(`role_id`)
);
--> statement-breakpoint
CREATE TABLE `slice_acts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`origin` varchar(32) NOT NULL,
	`kind` varchar(16) NOT NULL,
	`due_at` datetime(3) NOT NULL,
	`missed_from` datetime(3),
	`claimable_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	`deployment_id` bigint unsigned,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_acts_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_acts_slice_origin_due_unique` UNIQUE(`slice_id`,`origin`,`due_at`)
);
--> statement-breakpoint
CREATE TABLE `slice_leases` (
	`slice_id` bigint unsigned NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`minutes` int unsigned NOT NULL,
	`at_end` varchar(16) NOT NULL,
	`warned_at` datetime(3),
	`ended_at` datetime(3),
	`due_at` datetime(3),
	CONSTRAINT `slice_leases_slice_id` PRIMARY KEY(`slice_id`)
);
--> statement-breakpoint
CREATE TABLE `slice_schedules` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`kind` varchar(16) NOT NULL,
	`rule` json NOT NULL,
	`next_at` datetime(3),
	`created_by` bigint unsigned,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_schedules_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `lease_limits` ADD CONSTRAINT `lease_limits_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `lease_limits` ADD CONSTRAINT `lease_limits_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_acts` ADD CONSTRAINT `slice_acts_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_acts` ADD CONSTRAINT `slice_acts_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_leases` ADD CONSTRAINT `slice_leases_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_schedules` ADD CONSTRAINT `slice_schedules_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_schedules` ADD CONSTRAINT `slice_schedules_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `lease_limits_sweeping_index` ON `lease_limits` (`sweeping`);--> statement-breakpoint
CREATE INDEX `slice_acts_claimable_at_index` ON `slice_acts` (`claimable_at`);--> statement-breakpoint
CREATE INDEX `slice_acts_deployment_id_index` ON `slice_acts` (`deployment_id`);--> statement-breakpoint
CREATE INDEX `slice_leases_due_at_index` ON `slice_leases` (`due_at`);--> statement-breakpoint
CREATE INDEX `slice_leases_ended_warned_index` ON `slice_leases` (`ended_at`,`warned_at`);--> statement-breakpoint
CREATE INDEX `slice_schedules_next_at_index` ON `slice_schedules` (`next_at`);--> statement-breakpoint
CREATE INDEX `slice_schedules_slice_id_index` ON `slice_schedules` (`slice_id`,`id`);--> statement-breakpoint
CREATE INDEX `slice_schedules_created_by_index` ON `slice_schedules` (`created_by`);