CREATE TABLE `webhook_deliveries` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`uuid` varchar(36) NOT NULL,
	`webhook_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`event` varchar(32) NOT NULL,
	`body` text NOT NULL,
	`status` enum('pending','delivered','failed') NOT NULL DEFAULT 'pending',
	`attempts` int unsigned NOT NULL DEFAULT 0,
	`claimable_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	`retry_until` datetime(3) NOT NULL,
	`attempted_at` datetime(3),
	`duration_ms` int unsigned,
	`response_status` int unsigned,
	`response_body` text,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `webhook_deliveries_id` PRIMARY KEY(`id`),
	CONSTRAINT `webhook_deliveries_uuid_unique` UNIQUE(`uuid`)
);
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`url` varchar(2000) NOT NULL,
	`secret` varchar(255) NOT NULL,
	`events` json NOT NULL,
	`all_slices` boolean NOT NULL DEFAULT false,
	`active` boolean NOT NULL DEFAULT true,
	`failing_since` datetime(3),
	`told_at` datetime(3),
	`disabled_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `webhooks_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_claimable_at_index` ON `webhook_deliveries` (`claimable_at`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_webhook_id_index` ON `webhook_deliveries` (`webhook_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_created_at_index` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE INDEX `webhooks_user_id_index` ON `webhooks` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhooks_all_slices_index` ON `webhooks` (`all_slices`);