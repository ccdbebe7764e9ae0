ALTER TABLE `image_uploads` MODIFY COLUMN `size_bytes` bigint unsigned;--> statement-breakpoint
ALTER TABLE `image_uploads` MODIFY COLUMN `state` enum('uploading','fetching','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading';--> statement-breakpoint
ALTER TABLE `image_uploads` ADD `url` varchar(2048);