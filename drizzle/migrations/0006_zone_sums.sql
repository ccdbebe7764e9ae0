CREATE TABLE `zone_sums` (
	`zone_id` bigint unsigned NOT NULL,
	`slices` bigint NOT NULL,
	`vcpus` bigint NOT NULL,
	`ram_mb` bigint NOT NULL,
	`disk_gb` bigint NOT NULL,
	CONSTRAINT `zone_sums_zone_id` PRIMARY KEY(`zone_id`)
);
--> statement-breakpoint
ALTER TABLE `zone_sums` ADD CONSTRAINT `zone_sums_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `slice_vms_status_index` ON `slice_vms` (`status`,`slice_id`);--> statement-breakpoint
CREATE INDEX `slices_zone_status_index` ON `slices` (`zone_id`,`status`,`id`);--> statement-breakpoint
INSERT INTO `zone_sums` (`zone_id`, `slices`, `vcpus`, `ram_mb`, `disk_gb`)
SELECT `live`.`zone_id`, `live`.`slices`, coalesce(`held`.`vcpus`, 0), coalesce(`held`.`ram_mb`, 0), coalesce(`held`.`disk_gb`, 0)
FROM (SELECT `zone_id`, count(*) AS `slices` FROM `slices` WHERE `deleted_at` IS NULL GROUP BY `zone_id`) `live`
LEFT JOIN (
	SELECT `slices`.`zone_id`, sum(`slice_vms`.`vcpus`) AS `vcpus`, sum(`slice_vms`.`ram_mb`) AS `ram_mb`, sum(`slice_vms`.`disk_gb`) AS `disk_gb`
	FROM `slices` INNER JOIN `slice_vms` ON `slice_vms`.`slice_id` = `slices`.`id`
	WHERE `slices`.`deleted_at` IS NULL AND `slices`.`status` NOT IN ('draft', 'destroyed') GROUP BY `slices`.`zone_id`
) `held` ON `held`.`zone_id` = `live`.`zone_id`;
