ALTER TABLE `template_revisions` ADD `message` varchar(200) DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `template_revisions` ADD `restored_from` int unsigned;