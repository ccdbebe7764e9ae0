DROP INDEX `templates_published_index` ON `templates`;--> statement-breakpoint
ALTER TABLE `templates` ADD `published` boolean GENERATED ALWAYS AS ((published_at is not null and deleted_at is null)) STORED;--> statement-breakpoint
CREATE INDEX `slices_owner_status_updated_index` ON `slices` (`owner_id`,`status`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `slices_status_updated_index` ON `slices` (`status`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `templates_published_updated_index` ON `templates` (`published`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `templates_published_sort_key_index` ON `templates` (`published`,`sort_key`,`id`);