CREATE TABLE `zone_departures` (
	`zone_id` bigint unsigned NOT NULL,
	`home_id` bigint unsigned NOT NULL,
	CONSTRAINT `zone_departures_zone_id_home_id_pk` PRIMARY KEY(`zone_id`,`home_id`)
);
--> statement-breakpoint
CREATE TABLE `zone_reports` (
	`zone_id` bigint unsigned NOT NULL,
	`report` json NOT NULL,
	`observed_at` datetime(3) NOT NULL,
	CONSTRAINT `zone_reports_zone_id` PRIMARY KEY(`zone_id`)
);
--> statement-breakpoint
CREATE TABLE `homes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`identity` varchar(36) NOT NULL,
	`host` varchar(255) NOT NULL,
	`relay_url` varchar(255) NOT NULL,
	`boot_id` varchar(64),
	`version` varchar(32) NOT NULL,
	`server` varchar(64),
	`seen_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `homes_id` PRIMARY KEY(`id`),
	CONSTRAINT `homes_identity_unique` UNIQUE(`identity`)
);
--> statement-breakpoint
ALTER TABLE `availability_zones` ADD `home_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `deployments` ADD `zone_id` bigint unsigned NOT NULL;--> statement-breakpoint
UPDATE `deployments` INNER JOIN `slices` ON `slices`.`id` = `deployments`.`slice_id` SET `deployments`.`zone_id` = `slices`.`zone_id`;--> statement-breakpoint
ALTER TABLE `slices` ADD `restart_after_reboot` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `zone_departures` ADD CONSTRAINT `zone_departures_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `zone_departures` ADD CONSTRAINT `zone_departures_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `zone_reports` ADD CONSTRAINT `zone_reports_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `zone_departures_home_id_index` ON `zone_departures` (`home_id`);--> statement-breakpoint
ALTER TABLE `availability_zones` ADD CONSTRAINT `availability_zones_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `availability_zones_home_id_index` ON `availability_zones` (`home_id`);--> statement-breakpoint
CREATE INDEX `deployments_zone_claimable_index` ON `deployments` (`zone_id`,`claimable_at`);