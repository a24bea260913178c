BEGIN TRANSACTION;
CREATE TABLE application_versions (
    version_id TEXT NOT NULL PRIMARY KEY,
    version_name TEXT NOT NULL UNIQUE,
    version_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL);
INSERT INTO "application_versions" VALUES('2648ec5d-1e71-42e1-a140-e9fab6ca4e63','1',1795990326000,1795990326000,'batchdesk');
CREATE TABLE bd_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT bd_alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "bd_alembic_version" VALUES('0005');
CREATE TABLE bd_audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at BIGINT NOT NULL, 
	user_id TEXT NOT NULL, 
	team_id TEXT NOT NULL, 
	channel_id TEXT, 
	verb TEXT NOT NULL, 
	command TEXT NOT NULL, 
	subject TEXT, 
	confirmation_id TEXT, 
	outcome TEXT, 
	detail TEXT, 
	finished_at BIGINT
);
INSERT INTO "bd_audit" VALUES(1,1795990328629399,'U0ADA','T0DEMO','C0BATCHES','label','label msgbatch_01ReadReadReadReadReadR "Nightly eval"','msgbatch_01ReadReadReadReadReadR',NULL,'done',NULL,1795990328638625);
INSERT INTO "bd_audit" VALUES(2,1795990328645769,'U0ADA','T0DEMO','C0BATCHES','own','own msgbatch_01ReadReadReadReadReadR U0BEN','msgbatch_01ReadReadReadReadReadR',NULL,'done',NULL,1795990328649867);
INSERT INTO "bd_audit" VALUES(3,1795990328655991,'U0ADA','T0DEMO','C0BATCHES','note','note msgbatch_01ReadReadReadReadReadR "prompt v7"','msgbatch_01ReadReadReadReadReadR',NULL,'done',NULL,1795990328659793);
INSERT INTO "bd_audit" VALUES(4,1795990328778197,'U0ADA','T0DEMO','C0BATCHES','delete','delete msgbatch_01DeleteDeleteDeleteDe','msgbatch_01DeleteDeleteDeleteDe','d8b827ed675440bf3317cd860de8ea6a','asked',NULL,1795990328778197);
INSERT INTO "bd_audit" VALUES(5,1795990328826183,'U0ADA','T0DEMO','C0BATCHES','send','send 39b3e76a79de6c1976577be3','39b3e76a79de6c1976577be3','7c1aba6aacb62550d7000d2b03a94be4','asked',NULL,1795990328826183);
INSERT INTO "bd_audit" VALUES(6,1795990328847985,'U0ADA','T0DEMO','C0BATCHES','send','send 2e774c1a381722c58b071a80','2e774c1a381722c58b071a80','e0efe0827860a9740846451015b924a8','asked',NULL,1795990328847985);
INSERT INTO "bd_audit" VALUES(7,1795990328851943,'U0ADA','T0DEMO','C0BATCHES','notify','notify failures','C0BATCHES',NULL,'done',NULL,1795990328851943);
INSERT INTO "bd_audit" VALUES(8,1795990328858132,'U0ADA','T0DEMO','C0BATCHES','mute','mute msgbatch_01DeleteDeleteDeleteDe 3d','msgbatch_01DeleteDeleteDeleteDe',NULL,'done',NULL,1795990328858132);
CREATE TABLE bd_batches (
	id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	shape TEXT NOT NULL, 
	body TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	ended_at BIGINT, 
	missing_since BIGINT, 
	results_ready BOOLEAN NOT NULL, 
	fetched_at BIGINT, 
	over_at BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "bd_batches" VALUES('msgbatch_01WatchedWatchedWatched1','ended','endedr 0/320/4/0/0','{"id":"msgbatch_01WatchedWatchedWatched1","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":320,"errored":4,"canceled":0,"expired":0},"ended_at":"2026-11-29T22:22:06.905189Z","created_at":"2026-11-29T22:02:06.905189Z","expires_at":"2026-11-30T22:02:06.905189Z","archived_at":null,"cancel_initiated_at":null,"results_url":"http://127.0.0.1:38199/v1/messages/batches/msgbatch_01WatchedWatchedWatched1/results"}',1795989726905189,1796076126905189,1795990926905189,NULL,1,NULL,1795990329652353);
INSERT INTO "bd_batches" VALUES('msgbatch_01NoticeNoticeNoticeNot','ended','endedr 0/7/5/0/0','{"id":"msgbatch_01NoticeNoticeNoticeNot","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":7,"errored":5,"canceled":0,"expired":0},"ended_at":"2026-11-29T22:22:06.905189Z","created_at":"2026-11-29T22:02:06.905189Z","expires_at":"2026-11-30T22:02:06.905189Z","archived_at":null,"cancel_initiated_at":null,"results_url":"http://127.0.0.1:38199/v1/messages/batches/msgbatch_01NoticeNoticeNoticeNot/results"}',1795989726905189,1796076126905189,1795990926905189,NULL,1,NULL,1795990329639602);
CREATE TABLE bd_cards (
	batch_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	posted_in TEXT, 
	ts TEXT, 
	shown TEXT, 
	version INTEGER NOT NULL, 
	shown_version INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	replaced BOOLEAN NOT NULL, 
	given_up TEXT, 
	due_at BIGINT NOT NULL, 
	claimed_by TEXT, 
	claimed_until BIGINT, 
	PRIMARY KEY (batch_id, channel_id)
);
INSERT INTO "bd_cards" VALUES('msgbatch_01WatchedWatchedWatched1','C0BATCHES','C0BATCHES','1795990328.566205','5cc45fc9678df3bc4b90fbf354040fbe',2,1,0,0,NULL,1795990329652353,NULL,NULL);
INSERT INTO "bd_cards" VALUES('msgbatch_01NoticeNoticeNoticeNot','C0BATCHES','C0BATCHES','1795990329.607960','6776f7c2577dde09659e88a69f410d74',2,1,0,0,NULL,1795990329639602,NULL,NULL);
CREATE TABLE bd_confirmations (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	team_id TEXT NOT NULL, 
	command TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	state TEXT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	used_at BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "bd_confirmations" VALUES('d8b827ed675440bf3317cd860de8ea6a','U0ADA','T0DEMO','delete msgbatch_01DeleteDeleteDeleteDe','msgbatch_01DeleteDeleteDeleteDe','ended 0/5/0/0/0',1795990328778197,1795990628778197,NULL);
INSERT INTO "bd_confirmations" VALUES('7c1aba6aacb62550d7000d2b03a94be4','U0ADA','T0DEMO','send 39b3e76a79de6c1976577be3','39b3e76a79de6c1976577be3','draft of 30 requests, 4014 bytes',1795990328826183,1795992128826183,NULL);
INSERT INTO "bd_confirmations" VALUES('e0efe0827860a9740846451015b924a8','U0ADA','T0DEMO','send 2e774c1a381722c58b071a80','2e774c1a381722c58b071a80','draft of 12 requests, 1602 bytes',1795990328847985,1795992128847985,NULL);
CREATE TABLE bd_drafts (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	team_id TEXT NOT NULL, 
	channel_id TEXT, 
	state TEXT NOT NULL, 
	name TEXT NOT NULL, 
	requests INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	estimate TEXT NOT NULL, 
	label TEXT, 
	owner TEXT, 
	parent_id TEXT, 
	kind TEXT, 
	batch_id TEXT, 
	approved_by TEXT, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, held_by TEXT, watch TEXT, whole_id TEXT, rest_id TEXT, sample INTEGER, 
	PRIMARY KEY (id)
);
INSERT INTO "bd_drafts" VALUES('39b3e76a79de6c1976577be3','U0ADA','T0DEMO','C0BATCHES','ready','thirty.jsonl',30,4014,'[["claude-haiku-4-5", 30, 651, 1920, "0.0003255", "0.0051255", "COUNTED"]]',NULL,'U0ADA',NULL,NULL,NULL,NULL,1795990328802875,1795990328802875,NULL,'here',NULL,NULL,NULL);
INSERT INTO "bd_drafts" VALUES('2e774c1a381722c58b071a80','U0ADA','T0DEMO','C0BATCHES','ready','twelve.jsonl',12,1602,'[["claude-haiku-4-5", 12, 254, 768, "0.0001270", "0.0020470", "COUNTED"]]',NULL,'U0ADA',NULL,NULL,NULL,NULL,1795990328835175,1795990328835175,NULL,'here',NULL,NULL,NULL);
CREATE TABLE bd_duties (
	name TEXT NOT NULL, 
	due_at BIGINT NOT NULL, 
	turn INTEGER NOT NULL, 
	done_at BIGINT, 
	failing_since BIGINT, 
	PRIMARY KEY (name)
);
INSERT INTO "bd_duties" VALUES('redrive',1795990356960054,1,NULL,NULL);
INSERT INTO "bd_duties" VALUES('interrupted',1795990341960081,1,NULL,NULL);
INSERT INTO "bd_duties" VALUES('lost-readings',1795990341960087,1,NULL,NULL);
INSERT INTO "bd_duties" VALUES('prune',1796076726960066,1,NULL,NULL);
INSERT INTO "bd_duties" VALUES('sweep',1795990389658529,1,1795990329658529,NULL);
INSERT INTO "bd_duties" VALUES('reminders',1795990626960072,1,NULL,NULL);
CREATE TABLE bd_families (
	child_id TEXT NOT NULL, 
	parent_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	PRIMARY KEY (child_id)
);
CREATE TABLE bd_labels (
	batch_id TEXT NOT NULL, 
	label TEXT, 
	label_key TEXT, 
	owner TEXT, 
	note TEXT, 
	changed_by TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (batch_id)
);
INSERT INTO "bd_labels" VALUES('msgbatch_01ReadReadReadReadReadR','Nightly eval','nightly-eval','U0BEN','prompt v7','U0ADA',1795990328657631);
CREATE TABLE bd_mutes (
	subject TEXT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (subject)
);
INSERT INTO "bd_mutes" VALUES('msgbatch_01DeleteDeleteDeleteDe',1796249528855472);
CREATE TABLE bd_notices (
	"key" TEXT NOT NULL, 
	batch_id TEXT, 
	event TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	mentions TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	thread_ts TEXT, 
	sent_at BIGINT, 
	ts TEXT, 
	given_up TEXT, 
	due_at BIGINT NOT NULL, 
	claimed_by TEXT, 
	claimed_until BIGINT, 
	PRIMARY KEY ("key")
);
INSERT INTO "bd_notices" VALUES('msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES','msgbatch_01NoticeNoticeNoticeNot','ended','C0BATCHES','["U0ADA"]','{}',1795990329639602,0,NULL,NULL,NULL,NULL,1795990329639602,NULL,NULL);
INSERT INTO "bd_notices" VALUES('msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES','msgbatch_01WatchedWatchedWatched1','ended','C0BATCHES','["U0ADA"]','{}',1795990329652353,0,NULL,NULL,NULL,NULL,1795990329652353,NULL,NULL);
CREATE TABLE bd_paces (
	place TEXT NOT NULL, 
	free_at BIGINT NOT NULL, 
	PRIMARY KEY (place)
);
CREATE TABLE bd_quiet_levels (
	channel_id TEXT NOT NULL, 
	level TEXT NOT NULL, 
	PRIMARY KEY (channel_id)
);
INSERT INTO "bd_quiet_levels" VALUES('C0BATCHES','failures');
CREATE TABLE bd_readings (
	id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	team_id TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	stopped_at BIGINT, held_by TEXT, channel_id TEXT, ts TEXT, again TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE bd_summaries (
	batch_id TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	priced_on TEXT, 
	fetched_by TEXT NOT NULL, 
	fetched_at BIGINT NOT NULL, 
	taken TEXT, 
	taken_by TEXT, 
	taken_at BIGINT, 
	PRIMARY KEY (batch_id)
);
INSERT INTO "bd_summaries" VALUES('msgbatch_01ReadReadReadReadReadR','{"counts":{"succeeded":20,"errored":3,"canceled":0,"expired":0},"causes":[{"type":"invalid_request_error","message":"max_tokens: <n> > <n>, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001","count":3,"samples":["request-0021","request-0001","request-0019"],"code":""}],"other_causes":0,"stop_reasons":[{"reason":"end_turn","count":20}],"models":[{"model":"claude-haiku-4-5-20251001","requests":20,"tokens":{"input":12644,"write_5m":3072,"write_1h":0,"read":27648,"output":1879,"thinking":0},"cost":"0.0143219","web_searches":0,"partial":"0"}],"output":{"median":102,"largest":123},"cost":{"amount":"0.0143219","unknown_models":[],"unknown_regions":[],"web_searches":0,"unreadable":0},"lines":23,"bytes_read":20294,"broken":{"count":0,"first":[],"cut_off":false},"duplicates":0,"version":1}','2026-08-21','U0ADA',1795990328614553,NULL,NULL,NULL);
CREATE TABLE bd_watches (
	batch_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (batch_id, user_id, channel_id, reason)
);
INSERT INTO "bd_watches" VALUES('msgbatch_01WatchedWatchedWatched1','U0ADA','C0BATCHES','watch',1795990328016282);
INSERT INTO "bd_watches" VALUES('msgbatch_01NoticeNoticeNoticeNot','U0ADA','C0BATCHES','watch',1795990328865681);
CREATE TABLE bd_workers (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	started_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "bd_workers" VALUES('old-host:3151:917709','old-host',3151,1795990326921004,946684800000000);
CREATE TABLE dbos_migrations (version INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "dbos_migrations" VALUES(125);
CREATE TABLE notifications (
    message_uuid TEXT NOT NULL DEFAULT (hex(randomblob(16))) PRIMARY KEY,
    destination_uuid TEXT NOT NULL,
    topic TEXT,
    message TEXT NOT NULL,
    created_at_epoch_ms INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000), "serialization" TEXT DEFAULT NULL, "consumed" BOOLEAN NOT NULL DEFAULT FALSE, consumed_by_function_id INTEGER,
    FOREIGN KEY (destination_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE "operation_outputs" (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    function_name TEXT NOT NULL DEFAULT '',
    output TEXT,
    error TEXT,
    child_workflow_id TEXT,
    started_at_epoch_ms INTEGER,
    completed_at_epoch_ms INTEGER,
    serialization TEXT,
    application_name TEXT DEFAULT NULL,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    PRIMARY KEY (workflow_uuid, function_id)
);
CREATE TABLE queues (
    queue_id TEXT PRIMARY KEY DEFAULT (hex(randomblob(16))),
    name TEXT NOT NULL UNIQUE,
    concurrency INTEGER,
    worker_concurrency INTEGER,
    rate_limit_max INTEGER,
    rate_limit_period_sec REAL,
    priority_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    partition_queue BOOLEAN NOT NULL DEFAULT FALSE,
    polling_interval_sec REAL NOT NULL DEFAULT 1.0,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
, "application_name" TEXT DEFAULT NULL, "partition_concurrency" INTEGER DEFAULT NULL, "partition_worker_concurrency" INTEGER DEFAULT NULL, "partition_rate_limit_max" INTEGER DEFAULT NULL, "partition_rate_limit_period_sec" REAL DEFAULT NULL);
INSERT INTO "queues" VALUES('B391AE24AEF1999F573316A1A84EAEDC','sweeps',NULL,1,NULL,NULL,1,0,1.0,1795990326000,1795990326943,'batchdesk',NULL,NULL,NULL,NULL);
INSERT INTO "queues" VALUES('A8AA2E645E8BA58BF9AF9DDFF1CFBBCD','slack',NULL,3,NULL,NULL,1,1,0.3,1795990326000,1795990326954,'batchdesk',1,NULL,NULL,NULL);
INSERT INTO "queues" VALUES('24C49E23B2BAA838F7945229273756D0','cards',NULL,3,NULL,NULL,1,1,0.5,1795990326000,1795990326957,'batchdesk',1,NULL,NULL,NULL);
INSERT INTO "queues" VALUES('0EE46068208E7B222C0FE99A6C6D692A','api',NULL,3,NULL,NULL,1,0,1.0,1795990326000,1795990326958,'batchdesk',NULL,NULL,NULL,NULL);
CREATE TABLE streams (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    "offset" INTEGER NOT NULL, function_id INTEGER NOT NULL DEFAULT 0, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key, "offset"),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events (
    workflow_uuid TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid) 
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_events_history (
    workflow_uuid TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL, "serialization" TEXT DEFAULT NULL,
    PRIMARY KEY (workflow_uuid, function_id, key),
    FOREIGN KEY (workflow_uuid) REFERENCES workflow_status(workflow_uuid)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE TABLE workflow_input (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    inputs TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_input" VALUES('sweep:1','{"namedArgs":{},"positionalArgs":[1]}',1795990326000);
INSERT INTO "workflow_input" VALUES('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1','{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1","C0BATCHES"]}',1795990328000);
INSERT INTO "workflow_input" VALUES('act:1','{"namedArgs":{},"positionalArgs":[1]}',1795990328000);
INSERT INTO "workflow_input" VALUES('act:2','{"namedArgs":{},"positionalArgs":[2]}',1795990328000);
INSERT INTO "workflow_input" VALUES('act:3','{"namedArgs":{},"positionalArgs":[3]}',1795990328000);
INSERT INTO "workflow_input" VALUES('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1','{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot","C0BATCHES"]}',1795990328000);
INSERT INTO "workflow_input" VALUES('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:2','{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot","C0BATCHES"]}',1795990329000);
INSERT INTO "workflow_input" VALUES('notice:msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES','{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES"]}',1795990329000);
INSERT INTO "workflow_input" VALUES('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:2','{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1","C0BATCHES"]}',1795990329000);
INSERT INTO "workflow_input" VALUES('notice:msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES','{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES"]}',1795990329000);
CREATE TABLE workflow_output (
    workflow_uuid TEXT NOT NULL PRIMARY KEY,
    output TEXT,
    error TEXT,
    retention_timestamp INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000)
);
INSERT INTO "workflow_output" VALUES('sweep:1','null',NULL,1795990327000);
INSERT INTO "workflow_output" VALUES('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1','null',NULL,1795990328000);
INSERT INTO "workflow_output" VALUES('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1','null',NULL,1795990329000);
CREATE TABLE workflow_schedules (
    schedule_id TEXT PRIMARY KEY,
    schedule_name TEXT NOT NULL UNIQUE,
    workflow_name TEXT NOT NULL,
    workflow_class_name TEXT,
    schedule TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'ACTIVE',
    context TEXT NOT NULL
, "last_fired_at" TEXT DEFAULT NULL, "automatic_backfill" BOOLEAN NOT NULL DEFAULT FALSE, "cron_timezone" TEXT DEFAULT NULL, "queue_name" TEXT DEFAULT NULL, "application_name" TEXT DEFAULT NULL);
CREATE TABLE workflow_status (
    workflow_uuid TEXT PRIMARY KEY,
    status TEXT,
    name TEXT,
    authenticated_user TEXT,
    assumed_role TEXT,
    authenticated_roles TEXT,
    request TEXT,
    output TEXT,
    error TEXT,
    executor_id TEXT,
    created_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    updated_at INTEGER NOT NULL DEFAULT (strftime('%s','now') * 1000),
    application_version TEXT,
    application_id TEXT,
    class_name TEXT DEFAULT NULL,
    config_name TEXT DEFAULT NULL,
    recovery_attempts INTEGER DEFAULT 0,
    queue_name TEXT,
    workflow_timeout_ms INTEGER,
    workflow_deadline_epoch_ms INTEGER,
    inputs TEXT,
    started_at_epoch_ms INTEGER,
    deduplication_id TEXT,
    priority INTEGER NOT NULL DEFAULT 0
, queue_partition_key TEXT, forked_from TEXT, "owner_xid" TEXT DEFAULT NULL, "parent_workflow_id" TEXT DEFAULT NULL, "serialization" TEXT DEFAULT NULL, "delay_until_epoch_ms" BIGINT DEFAULT NULL, "was_forked_from" BOOLEAN NOT NULL DEFAULT FALSE, "rate_limited" BOOLEAN NOT NULL DEFAULT FALSE, "completed_at" BIGINT, "attributes" TEXT, "schedule_name" TEXT, "debounce_deadline_epoch_ms" BIGINT DEFAULT NULL, "is_debounced" BOOLEAN NOT NULL DEFAULT FALSE, "application_name" TEXT DEFAULT NULL, "creator_xid" TEXT DEFAULT NULL);
INSERT INTO "workflow_status" VALUES('sweep:1','SUCCESS','sweep',NULL,NULL,NULL,NULL,NULL,NULL,'old-host:3151:917709',1795990326000,1795990327000,'1',NULL,NULL,NULL,1,'sweeps',180000,1795990507914,NULL,1795990327000,NULL,0,NULL,NULL,NULL,NULL,'portable_json',NULL,0,0,1795990327000,'null',NULL,NULL,0,'batchdesk','d6c06e1c-af74-4c19-a975-a787646349e8');
INSERT INTO "workflow_status" VALUES('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1','SUCCESS','draw',NULL,NULL,NULL,NULL,NULL,NULL,'old-host:3151:917709',1795990328000,1795990328000,'1',NULL,NULL,NULL,1,'cards',180000,1795990508488,NULL,1795990328000,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,1795990328000,'null',NULL,NULL,0,'batchdesk','d55082d1-ab98-4fff-958f-97fc1dfc3947');
INSERT INTO "workflow_status" VALUES('act:1','DELAYED','execute',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990328000,1795990328000,'1',NULL,NULL,NULL,0,'api',180000,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'portable_json',1795990508630,0,0,NULL,'null',NULL,NULL,0,'batchdesk','934cf153-8cc1-49aa-9e0d-d7075a55e53a');
INSERT INTO "workflow_status" VALUES('act:2','DELAYED','execute',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990328000,1795990328000,'1',NULL,NULL,NULL,0,'api',180000,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'portable_json',1795990508646,0,0,NULL,'null',NULL,NULL,0,'batchdesk','551a66b3-c00a-4ed6-a8ed-990ba1ca63a4');
INSERT INTO "workflow_status" VALUES('act:3','DELAYED','execute',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990328000,1795990328000,'1',NULL,NULL,NULL,0,'api',180000,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,'portable_json',1795990508656,0,0,NULL,'null',NULL,NULL,0,'batchdesk','041c36fd-9336-4d39-961e-e3bfb6eefb23');
INSERT INTO "workflow_status" VALUES('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1','SUCCESS','draw',NULL,NULL,NULL,NULL,NULL,NULL,'old-host:3151:917709',1795990328000,1795990329000,'1',NULL,NULL,NULL,1,'cards',180000,1795990508986,NULL,1795990328000,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,1795990329000,'null',NULL,NULL,0,'batchdesk','e9a28a02-c04d-45c7-9068-17fcc050181b');
INSERT INTO "workflow_status" VALUES('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:2','ENQUEUED','draw',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990329000,1795990329000,'1',NULL,NULL,NULL,0,'cards',180000,NULL,NULL,NULL,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'batchdesk','1388f2fb-943d-4dcd-92a3-611997d41221');
INSERT INTO "workflow_status" VALUES('notice:msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES','ENQUEUED','deliver',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990329000,1795990329000,'1',NULL,NULL,NULL,0,'slack',180000,NULL,NULL,NULL,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'batchdesk','dd054b9f-40cd-462e-838a-99710af6473a');
INSERT INTO "workflow_status" VALUES('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:2','ENQUEUED','draw',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990329000,1795990329000,'1',NULL,NULL,NULL,0,'cards',180000,NULL,NULL,NULL,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'batchdesk','96a06d48-7c51-4f11-8014-9c603e4234cc');
INSERT INTO "workflow_status" VALUES('notice:msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES','ENQUEUED','deliver',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795990329000,1795990329000,'1',NULL,NULL,NULL,0,'slack',180000,NULL,NULL,NULL,NULL,0,'C0BATCHES',NULL,NULL,NULL,'portable_json',NULL,0,0,NULL,'null',NULL,NULL,0,'batchdesk','a20763f4-fe8e-4acc-b82c-abd94df05552');
CREATE INDEX ix_bd_confirmations_expires_at ON bd_confirmations (expires_at);
CREATE INDEX ix_bd_audit_subject ON bd_audit (subject);
CREATE INDEX ix_bd_audit_confirmation_id ON bd_audit (confirmation_id);
CREATE INDEX ix_bd_summaries_fetched_at ON bd_summaries (fetched_at);
CREATE INDEX ix_bd_readings_started_at ON bd_readings (started_at);
CREATE INDEX ix_bd_watches_user_id ON bd_watches (user_id);
CREATE INDEX ix_bd_batches_over_at ON bd_batches (over_at);
CREATE INDEX ix_bd_batches_created_at ON bd_batches (created_at);
CREATE INDEX ix_bd_cards_due_at ON bd_cards (due_at);
CREATE INDEX ix_bd_notices_batch_id ON bd_notices (batch_id);
CREATE INDEX ix_bd_notices_open ON bd_notices (sent_at, due_at);
CREATE INDEX ix_bd_labels_label_key ON bd_labels (label_key);
CREATE INDEX ix_bd_labels_owner ON bd_labels (owner);
CREATE INDEX ix_bd_families_parent_id ON bd_families (parent_id);
CREATE INDEX ix_bd_drafts_state ON bd_drafts (state);
CREATE INDEX ix_bd_drafts_created_at ON bd_drafts (created_at);
CREATE INDEX workflow_status_created_at_index ON workflow_status (created_at);
CREATE INDEX idx_workflow_topic ON notifications (destination_uuid, topic);
CREATE INDEX "idx_workflow_status_delayed" ON "workflow_status" ("delay_until_epoch_ms") WHERE status = 'DELAYED';
CREATE INDEX "idx_workflow_status_forked_from" ON "workflow_status" ("forked_from") WHERE "forked_from" IS NOT NULL;
CREATE INDEX "idx_workflow_status_parent_workflow_id" ON "workflow_status" ("parent_workflow_id") WHERE "parent_workflow_id" IS NOT NULL;
CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "workflow_status" ("queue_name", "deduplication_id") WHERE "deduplication_id" IS NOT NULL;
CREATE INDEX "idx_workflow_status_pending" ON "workflow_status" ("created_at") WHERE "status" = 'PENDING';
CREATE INDEX "idx_workflow_status_failed" ON "workflow_status" ("status", "created_at") WHERE "status" IN ('ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');
CREATE INDEX "idx_workflow_status_rate_limited" ON "workflow_status" ("queue_name", "started_at_epoch_ms") WHERE "rate_limited" = TRUE;
CREATE INDEX "idx_workflow_status_completed_at" ON "workflow_status" ("completed_at") WHERE "completed_at" IS NOT NULL;
CREATE INDEX "idx_workflow_status_started_at" ON "workflow_status" ("started_at_epoch_ms") WHERE "started_at_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_workflow_status_schedule_name" ON "workflow_status" ("schedule_name") WHERE "schedule_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_owner_version"
    ON application_versions ("application_name", "version_name")
    WHERE "application_name" IS NOT NULL;
CREATE UNIQUE INDEX "uq_application_versions_unclaimed_version"
    ON application_versions ("version_name")
    WHERE "application_name" IS NULL;
CREATE INDEX idx_workflow_input_retention
    ON workflow_input (retention_timestamp);
CREATE INDEX idx_workflow_output_retention
    ON workflow_output (retention_timestamp);
CREATE INDEX idx_operation_outputs_retention
    ON operation_outputs (retention_timestamp);
CREATE INDEX "idx_workflow_status_in_flight_v2" ON "workflow_status" ("queue_name", "status", "priority", "created_at", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING');
CREATE INDEX "idx_workflow_status_partition_dequeue_v3" ON "workflow_status" ("queue_name", "status", "queue_partition_key", "priority", "created_at", "workflow_uuid", "application_name") WHERE "status" IN ('ENQUEUED', 'PENDING') AND "queue_partition_key" IS NOT NULL;
CREATE INDEX "idx_operation_outputs_completed_at_function_name_v2" ON "operation_outputs" ("completed_at_epoch_ms", "function_name", "application_name");
CREATE INDEX "idx_workflow_status_deadline" ON "workflow_status" ("workflow_deadline_epoch_ms") WHERE "status" IN ('ENQUEUED', 'PENDING', 'DELAYED') AND "workflow_deadline_epoch_ms" IS NOT NULL;
CREATE INDEX "idx_application_versions_timestamp" ON "application_versions" ("version_timestamp" DESC);
CREATE INDEX "idx_application_versions_owner_timestamp" ON "application_versions" ("application_name", "version_timestamp" DESC);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('bd_audit',8);
COMMIT;
