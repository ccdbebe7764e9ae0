CREATE TABLE `account_sums` (
	`user_id` bigint unsigned NOT NULL,
	`templates` int NOT NULL,
	`slices` int NOT NULL,
	CONSTRAINT `account_sums_user_id` PRIMARY KEY(`user_id`)
);
--> statement-breakpoint
ALTER TABLE `account_sums` ADD CONSTRAINT `account_sums_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO `account_sums` (`user_id`, `templates`, `slices`)
SELECT `users`.`id`,
	(SELECT count(*) FROM `templates` WHERE `templates`.`owner_id` = `users`.`id` AND `templates`.`deleted_at` IS NULL),
	(SELECT count(*) FROM `slices` WHERE `slices`.`owner_id` = `users`.`id` AND `slices`.`deleted_at` IS NULL)
FROM `users`;
