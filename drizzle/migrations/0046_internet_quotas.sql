CREATE TABLE `slice_internet` (
	`slice_id` bigint unsigned NOT NULL,
	`month` char(7) NOT NULL,
	`bytes` bigint unsigned NOT NULL,
	`meter` varchar(120) NOT NULL,
	`meter_bytes` bigint unsigned NOT NULL,
	`told_percent` int unsigned NOT NULL,
	`version` int unsigned NOT NULL,
	CONSTRAINT `slice_internet_slice_id` PRIMARY KEY(`slice_id`)
);
--> statement-breakpoint
ALTER TABLE `quotas` ADD `internet_kbps` int;--> statement-breakpoint
ALTER TABLE `quotas` ADD `internet_mb_per_month` int;--> statement-breakpoint
ALTER TABLE `slice_internet` ADD CONSTRAINT `slice_internet_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;