CREATE TABLE `zone_questions` (
	`zone_id` bigint unsigned NOT NULL,
	`asked` int unsigned NOT NULL,
	`answered` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `zone_questions_zone_id` PRIMARY KEY(`zone_id`)
);
--> statement-breakpoint
ALTER TABLE `zone_questions` ADD CONSTRAINT `zone_questions_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;