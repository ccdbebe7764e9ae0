CREATE TABLE `ssh_keys` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`type` varchar(40) NOT NULL,
	`blob` text NOT NULL,
	`fingerprint` varchar(60) NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `ssh_keys_id` PRIMARY KEY(`id`),
	CONSTRAINT `ssh_keys_user_fingerprint_unique` UNIQUE(`user_id`,`fingerprint`)
);
--> statement-breakpoint
ALTER TABLE `ssh_keys` ADD CONSTRAINT `ssh_keys_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;