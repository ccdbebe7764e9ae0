CREATE TABLE `template_tags` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`tag` varchar(24) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `template_tags_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_tags_template_tag_unique` UNIQUE(`template_id`,`tag`)
);
--> statement-breakpoint
CREATE TABLE `template_words` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`word` varchar(40) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `template_words_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_words_template_word_unique` UNIQUE(`template_id`,`word`)
);
--> statement-breakpoint
ALTER TABLE `templates` ADD `words_version` smallint unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `template_tags` ADD CONSTRAINT `template_tags_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `template_words` ADD CONSTRAINT `template_words_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `template_tags_tag_index` ON `template_tags` (`tag`,`template_id`);--> statement-breakpoint
CREATE INDEX `templates_owner_created_index` ON `templates` (`owner_id`,`deleted_at`,`id`);--> statement-breakpoint
CREATE INDEX `templates_published_created_index` ON `templates` (`published`,`id`);--> statement-breakpoint
CREATE INDEX `templates_words_version_index` ON `templates` (`words_version`);