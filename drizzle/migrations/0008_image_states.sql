CREATE TABLE `image_states` (
	`image_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`state` enum('requested','fetching','verified','broken') NOT NULL,
	`reason` varchar(1000),
	`done_mb` int unsigned,
	`total_mb` int unsigned,
	`at` datetime(3) NOT NULL,
	CONSTRAINT `image_states_image_id_zone_id_pk` PRIMARY KEY(`image_id`,`zone_id`)
);
--> statement-breakpoint
ALTER TABLE `image_states` ADD CONSTRAINT `image_states_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_states` ADD CONSTRAINT `image_states_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `image_states_zone_id_index` ON `image_states` (`zone_id`);--> statement-breakpoint
CREATE INDEX `image_states_state_index` ON `image_states` (`state`);