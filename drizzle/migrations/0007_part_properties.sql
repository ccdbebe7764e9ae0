ALTER TABLE `slice_edges` ADD `properties` json;--> statement-breakpoint
ALTER TABLE `slice_networks` ADD `properties` json;--> statement-breakpoint
ALTER TABLE `slice_vms` ADD `properties` json;--> statement-breakpoint
ALTER TABLE `template_edges` ADD `properties` json;--> statement-breakpoint
ALTER TABLE `template_networks` ADD `properties` json;--> statement-breakpoint
ALTER TABLE `template_vms` ADD `properties` json;