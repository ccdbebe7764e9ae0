ALTER TABLE `slice_edges` ADD `applied` json;--> statement-breakpoint
ALTER TABLE `slice_networks` ADD `applied` json;--> statement-breakpoint
ALTER TABLE `slice_vms` ADD `applied` json;