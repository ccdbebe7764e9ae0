ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','heal','destroy') NOT NULL;--> statement-breakpoint
ALTER TABLE `slices` ADD `drift_policy` enum('report','heal') DEFAULT 'report' NOT NULL;--> statement-breakpoint
ALTER TABLE `slices` ADD `heal_gave_up_at` datetime(3);