ALTER TABLE `availability_zones` ADD `settings` json;--> statement-breakpoint
ALTER TABLE `availability_zones` ADD `secrets` json;--> statement-breakpoint
ALTER TABLE `availability_zones` ADD `settings_version` int unsigned DEFAULT 0 NOT NULL;