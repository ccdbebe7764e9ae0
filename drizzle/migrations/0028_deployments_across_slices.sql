ALTER TABLE `deployments` ADD `owner_id` bigint unsigned NOT NULL;--> statement-breakpoint
UPDATE `deployments` SET `owner_id` = (SELECT `slices`.`owner_id` FROM `slices` WHERE `slices`.`id` = `deployments`.`slice_id`);--> statement-breakpoint
CREATE INDEX `deployments_owner_index` ON `deployments` (`owner_id`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_status_index` ON `deployments` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_kind_index` ON `deployments` (`kind`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_zone_index` ON `deployments` (`zone_id`,`id`);--> statement-breakpoint
CREATE INDEX `deployments_created_index` ON `deployments` (`created_at`,`id`);