ALTER TABLE `images` ADD `pruned_at` datetime(3);--> statement-breakpoint
CREATE INDEX `images_pruned_at_index` ON `images` (`pruned_at`);