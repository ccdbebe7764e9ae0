CREATE TABLE `slice_shares` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`level` enum('view','operate') NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_shares_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_shares_slice_user_unique` UNIQUE(`slice_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `template_shares` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `template_shares_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_shares_template_user_unique` UNIQUE(`template_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `password_resets` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`token_hash` varchar(64) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `password_resets_id` PRIMARY KEY(`id`),
	CONSTRAINT `password_resets_token_hash_unique` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `quotas` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`role_id` bigint unsigned,
	`user_id` bigint unsigned,
	`slices` int,
	`vms` int,
	`vcpus` int,
	`ram_mb` int,
	`disk_gb` int,
	`running_vms` int,
	`running_vcpus` int,
	`running_ram_mb` int,
	CONSTRAINT `quotas_id` PRIMARY KEY(`id`),
	CONSTRAINT `quotas_role_id_unique` UNIQUE(`role_id`),
	CONSTRAINT `quotas_user_id_unique` UNIQUE(`user_id`)
);
--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`code_hash` varchar(64) NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `recovery_codes_id` PRIMARY KEY(`id`),
	CONSTRAINT `recovery_codes_user_code_unique` UNIQUE(`user_id`,`code_hash`)
);
--> statement-breakpoint
ALTER TABLE `users` MODIFY COLUMN `password_hash` varchar(255);--> statement-breakpoint
ALTER TABLE `audit_log` ADD `token_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `token_kind` enum('session','pat','service');--> statement-breakpoint
ALTER TABLE `audit_log` ADD `token_name` varchar(63);--> statement-breakpoint
ALTER TABLE `audit_log` ADD `result` varchar(32) DEFAULT 'OK' NOT NULL;--> statement-breakpoint
ALTER TABLE `templates` ADD `published_at` datetime(3);--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `name` varchar(63);--> statement-breakpoint
ALTER TABLE `api_tokens` ADD `scopes` json;--> statement-breakpoint
ALTER TABLE `users` ADD `kind` enum('person','service') DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `totp_secret` varchar(255);--> statement-breakpoint
ALTER TABLE `users` ADD `totp_enabled_at` datetime(3);--> statement-breakpoint
ALTER TABLE `users` ADD `totp_last_step` bigint unsigned;--> statement-breakpoint
ALTER TABLE `slice_shares` ADD CONSTRAINT `slice_shares_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_shares` ADD CONSTRAINT `slice_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `template_shares` ADD CONSTRAINT `template_shares_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `template_shares` ADD CONSTRAINT `template_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `password_resets` ADD CONSTRAINT `password_resets_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `quotas` ADD CONSTRAINT `quotas_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `quotas` ADD CONSTRAINT `quotas_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `recovery_codes` ADD CONSTRAINT `recovery_codes_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `slice_shares_user_id_index` ON `slice_shares` (`user_id`,`slice_id`);--> statement-breakpoint
CREATE INDEX `template_shares_user_id_index` ON `template_shares` (`user_id`,`template_id`);--> statement-breakpoint
CREATE INDEX `password_resets_user_id_index` ON `password_resets` (`user_id`);--> statement-breakpoint
CREATE INDEX `password_resets_expires_at_index` ON `password_resets` (`expires_at`);--> statement-breakpoint
CREATE INDEX `audit_log_action_index` ON `audit_log` (`action`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_created_at_index` ON `audit_log` (`created_at`);--> statement-breakpoint
CREATE INDEX `templates_published_index` ON `templates` (`published_at`,`deleted_at`);--> statement-breakpoint
CREATE INDEX `api_tokens_expires_at_index` ON `api_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `rate_limits_window_ends_at_index` ON `rate_limits` (`window_ends_at`);--> statement-breakpoint
CREATE INDEX `users_name_index` ON `users` (`deleted_at`,`name`,`id`);