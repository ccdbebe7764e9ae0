CREATE TABLE `template_drafts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`revision` int unsigned,
	`document` json NOT NULL,
	`saved_at` datetime(3) NOT NULL,
	CONSTRAINT `template_drafts_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_drafts_user_template_unique` UNIQUE(`user_id`,`template_id`)
);
--> statement-breakpoint
ALTER TABLE `template_drafts` ADD CONSTRAINT `template_drafts_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `template_drafts_saved_at_index` ON `template_drafts` (`saved_at`);