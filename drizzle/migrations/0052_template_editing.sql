CREATE TABLE `template_presence` (
	`page` varchar(22) NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`pointed` json NOT NULL,
	`at` bigint unsigned NOT NULL,
	`seen_at` datetime(3) NOT NULL,
	CONSTRAINT `template_presence_page` PRIMARY KEY(`page`)
);
--> statement-breakpoint
ALTER TABLE `template_shares` ADD `level` enum('view','edit') DEFAULT 'view' NOT NULL;--> statement-breakpoint
ALTER TABLE `template_presence` ADD CONSTRAINT `template_presence_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `template_presence` ADD CONSTRAINT `template_presence_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `template_presence_template_id_index` ON `template_presence` (`template_id`,`seen_at`);--> statement-breakpoint
CREATE INDEX `template_presence_user_id_index` ON `template_presence` (`user_id`);--> statement-breakpoint
CREATE INDEX `template_presence_seen_at_index` ON `template_presence` (`seen_at`);