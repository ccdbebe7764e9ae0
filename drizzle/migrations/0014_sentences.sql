ALTER TABLE `image_states` ADD `sentences` json;--> statement-breakpoint
ALTER TABLE `deployment_steps` ADD `sentences` json;--> statement-breakpoint
ALTER TABLE `deployments` ADD `sentences` json;--> statement-breakpoint
ALTER TABLE `slice_vms` ADD `sentences` json;