CREATE TABLE `image_shares` (
	`image_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `image_shares_image_id_user_id_pk` PRIMARY KEY(`image_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `image_uploads` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`owner_id` bigint unsigned NOT NULL,
	`home_id` bigint unsigned,
	`name` varchar(63) NOT NULL,
	`file_name` varchar(255) NOT NULL,
	`size_bytes` bigint unsigned NOT NULL,
	`received_bytes` bigint unsigned NOT NULL DEFAULT 0,
	`sha256` varchar(64),
	`state` enum('uploading','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading',
	`percent` int unsigned,
	`format` enum('qcow2','raw','vmdk','vdi','vhdx','iso'),
	`image_id` bigint unsigned,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`touched_at` datetime(3) NOT NULL,
	CONSTRAINT `image_uploads_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `images` DROP INDEX `images_live_name_unique`;--> statement-breakpoint
ALTER TABLE `images` ADD `owner_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `images` ADD `visibility` enum('private','shared','all') DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE `images` ADD `owner_key` bigint unsigned GENERATED ALWAYS AS ((coalesce(owner_id, 0))) STORED;--> statement-breakpoint
ALTER TABLE `quotas` ADD `image_mb` int;--> statement-breakpoint
ALTER TABLE `images` ADD CONSTRAINT `images_owner_live_name_unique` UNIQUE(`owner_key`,`live_key`);--> statement-breakpoint
ALTER TABLE `image_shares` ADD CONSTRAINT `image_shares_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_shares` ADD CONSTRAINT `image_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `image_shares_user_id_index` ON `image_shares` (`user_id`,`image_id`);--> statement-breakpoint
CREATE INDEX `image_uploads_owner_id_index` ON `image_uploads` (`owner_id`,`id`);--> statement-breakpoint
CREATE INDEX `image_uploads_state_index` ON `image_uploads` (`state`,`touched_at`);--> statement-breakpoint
CREATE INDEX `image_uploads_home_id_index` ON `image_uploads` (`home_id`);--> statement-breakpoint
CREATE INDEX `image_uploads_image_id_index` ON `image_uploads` (`image_id`);--> statement-breakpoint
ALTER TABLE `images` ADD CONSTRAINT `images_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `images_owner_sort_key_index` ON `images` (`owner_id`,`sort_key`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_sort_key_index` ON `images` (`visibility`,`sort_key`,`id`);--> statement-breakpoint
UPDATE `quotas` SET `image_mb` = 20480 WHERE `role_id` = (SELECT `id` FROM `roles` WHERE `name` = 'user');--> statement-breakpoint
UPDATE `quotas` SET `image_mb` = 204800 WHERE `role_id` = (SELECT `id` FROM `roles` WHERE `name` = 'instructor');
