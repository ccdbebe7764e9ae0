CREATE TABLE `account_changes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `account_changes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `account_changes_created_at_index` ON `account_changes` (`created_at`);