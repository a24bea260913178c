SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA dbos;
CREATE FUNCTION dbos.enqueue_workflow(workflow_name text, queue_name text, positional_args json[] DEFAULT ARRAY[]::json[], named_args json DEFAULT '{}'::json, class_name text DEFAULT NULL::text, config_name text DEFAULT NULL::text, workflow_id text DEFAULT NULL::text, app_version text DEFAULT NULL::text, timeout_ms bigint DEFAULT NULL::bigint, deadline_epoch_ms bigint DEFAULT NULL::bigint, deduplication_id text DEFAULT NULL::text, priority integer DEFAULT NULL::integer, queue_partition_key text DEFAULT NULL::text, authenticated_user text DEFAULT NULL::text, authenticated_roles text DEFAULT NULL::text, delay_until_epoch_ms bigint DEFAULT NULL::bigint, application_name text DEFAULT NULL::text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_workflow_id TEXT;
    v_serialized_inputs TEXT;
    v_owner_xid TEXT;
    v_now BIGINT;
    v_recovery_attempts INT4 := 0;
    v_priority INT4;
    v_status TEXT;
BEGIN
    -- Validate required parameters
    IF workflow_name IS NULL OR workflow_name = '' THEN
        RAISE EXCEPTION 'Workflow name cannot be null or empty';
    END IF;
    IF queue_name IS NULL OR queue_name = '' THEN
        RAISE EXCEPTION 'Queue name cannot be null or empty';
    END IF;
    IF named_args IS NOT NULL AND jsonb_typeof(named_args::jsonb) != 'object' THEN
        RAISE EXCEPTION 'Named args must be a JSON object';
    END IF;
    IF workflow_id IS NOT NULL AND workflow_id = '' THEN
        RAISE EXCEPTION 'Workflow ID cannot be an empty string if provided.';
    END IF;
    IF delay_until_epoch_ms IS NOT NULL AND delay_until_epoch_ms < 0 THEN
        RAISE EXCEPTION 'delay_until_epoch_ms must be >= 0';
    END IF;
    v_workflow_id := COALESCE(workflow_id, gen_random_uuid()::TEXT);
    v_owner_xid := gen_random_uuid()::TEXT;
    v_priority := COALESCE(priority, 0);
    v_serialized_inputs := json_build_object(
        'positionalArgs', positional_args,
        'namedArgs', named_args
    )::TEXT;
    v_now := EXTRACT(epoch FROM now()) * 1000;
    v_status := CASE WHEN delay_until_epoch_ms IS NULL THEN 'ENQUEUED' ELSE 'DELAYED' END;
    INSERT INTO "dbos".workflow_status (
        workflow_uuid, status,
        name, class_name, config_name,
        queue_name, deduplication_id, priority, queue_partition_key,
        application_version,
        created_at, updated_at, recovery_attempts,
        workflow_timeout_ms, workflow_deadline_epoch_ms,
        parent_workflow_id, owner_xid, serialization,
        authenticated_user, authenticated_roles,
        delay_until_epoch_ms, application_name
    ) VALUES (
        v_workflow_id, v_status,
        workflow_name, class_name, config_name,
        queue_name, deduplication_id, v_priority, queue_partition_key,
        app_version,
        v_now, v_now, v_recovery_attempts,
        timeout_ms, deadline_epoch_ms,
        NULL, v_owner_xid, 'portable_json',
        authenticated_user, authenticated_roles,
        delay_until_epoch_ms, application_name
    )
    ON CONFLICT (workflow_uuid)
    DO UPDATE SET
        updated_at = EXCLUDED.updated_at;
    INSERT INTO "dbos".workflow_input (
        workflow_uuid, inputs, retention_timestamp
    ) VALUES (
        v_workflow_id, v_serialized_inputs, v_now
    )
    ON CONFLICT (workflow_uuid) DO NOTHING;
    RETURN v_workflow_id;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'DBOS queue duplicated'
            USING DETAIL = format('Workflow %s with queue %s and deduplication ID %s already exists', v_workflow_id, queue_name, deduplication_id),
                ERRCODE = 'unique_violation';
END;
$$;
CREATE FUNCTION dbos.send_message(destination_id text, message json, topic text DEFAULT NULL::text, message_id text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_topic TEXT := COALESCE(topic, '__null__topic__');
    v_message_id TEXT := COALESCE(message_id, gen_random_uuid()::TEXT);
BEGIN
    INSERT INTO "dbos".notifications (
        destination_uuid, topic, message, message_uuid, serialization
    ) VALUES (
        destination_id, v_topic, message, v_message_id, 'portable_json'
    )
    ON CONFLICT (message_uuid) DO NOTHING;
EXCEPTION
    WHEN foreign_key_violation THEN
        RAISE EXCEPTION 'DBOS non-existent workflow'
            USING DETAIL = format('Destination workflow %s does not exist', destination_id),
                ERRCODE = 'foreign_key_violation';
END;
$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE dbos.application_versions (
    version_id text NOT NULL,
    version_name text NOT NULL,
    version_timestamp bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    created_at bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    application_name text
);
CREATE TABLE dbos.dbos_migrations (
    version bigint NOT NULL
);
CREATE TABLE dbos.event_dispatch_kv (
    service_name text NOT NULL,
    workflow_fn_name text NOT NULL,
    key text NOT NULL,
    value text,
    update_seq numeric(38,0),
    update_time numeric(38,15)
);
CREATE TABLE dbos.notifications (
    message_uuid text DEFAULT gen_random_uuid() NOT NULL,
    destination_uuid text NOT NULL,
    topic text,
    message text NOT NULL,
    created_at_epoch_ms bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    serialization text,
    consumed boolean DEFAULT false NOT NULL,
    consumed_by_function_id integer
);
CREATE TABLE dbos.operation_outputs (
    workflow_uuid text NOT NULL,
    function_id integer NOT NULL,
    function_name text DEFAULT ''::text NOT NULL,
    output text,
    error text,
    child_workflow_id text,
    started_at_epoch_ms bigint,
    completed_at_epoch_ms bigint,
    serialization text,
    application_name text,
    retention_timestamp bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL
);
CREATE TABLE dbos.queues (
    queue_id text DEFAULT (gen_random_uuid())::text NOT NULL,
    name text NOT NULL,
    concurrency integer,
    worker_concurrency integer,
    rate_limit_max integer,
    rate_limit_period_sec double precision,
    priority_enabled boolean DEFAULT false NOT NULL,
    partition_queue boolean DEFAULT false NOT NULL,
    polling_interval_sec double precision DEFAULT 1.0 NOT NULL,
    created_at bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    updated_at bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    application_name text,
    partition_concurrency integer,
    partition_worker_concurrency integer,
    partition_rate_limit_max integer,
    partition_rate_limit_period_sec double precision
);
CREATE TABLE dbos.streams (
    workflow_uuid text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    "offset" integer NOT NULL,
    function_id integer DEFAULT 0 NOT NULL,
    serialization text
);
CREATE TABLE dbos.workflow_events (
    workflow_uuid text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    serialization text
);
CREATE TABLE dbos.workflow_events_history (
    workflow_uuid text NOT NULL,
    function_id integer NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    serialization text
);
CREATE TABLE dbos.workflow_input (
    workflow_uuid text NOT NULL,
    inputs text,
    retention_timestamp bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL
);
CREATE TABLE dbos.workflow_output (
    workflow_uuid text NOT NULL,
    output text,
    error text,
    retention_timestamp bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL
);
CREATE TABLE dbos.workflow_schedules (
    schedule_id text NOT NULL,
    schedule_name text NOT NULL,
    workflow_name text NOT NULL,
    workflow_class_name text,
    schedule text NOT NULL,
    status text DEFAULT 'ACTIVE'::text NOT NULL,
    context text NOT NULL,
    last_fired_at text,
    automatic_backfill boolean DEFAULT false NOT NULL,
    cron_timezone text,
    queue_name text,
    application_name text
);
CREATE TABLE dbos.workflow_status (
    workflow_uuid text NOT NULL,
    status text,
    name text,
    authenticated_user text,
    assumed_role text,
    authenticated_roles text,
    request text,
    output text,
    error text,
    executor_id text,
    created_at bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    updated_at bigint DEFAULT ((EXTRACT(epoch FROM now()) * 1000.0))::bigint NOT NULL,
    application_version text,
    application_id text,
    class_name character varying(255) DEFAULT NULL::character varying,
    config_name character varying(255) DEFAULT NULL::character varying,
    recovery_attempts bigint DEFAULT 0,
    queue_name text,
    workflow_timeout_ms bigint,
    workflow_deadline_epoch_ms bigint,
    inputs text,
    started_at_epoch_ms bigint,
    deduplication_id text,
    priority integer DEFAULT 0 NOT NULL,
    queue_partition_key text,
    forked_from text,
    owner_xid text,
    parent_workflow_id text,
    serialization text,
    delay_until_epoch_ms bigint,
    was_forked_from boolean DEFAULT false NOT NULL,
    rate_limited boolean DEFAULT false NOT NULL,
    completed_at bigint,
    attributes jsonb,
    schedule_name text,
    debounce_deadline_epoch_ms bigint,
    is_debounced boolean DEFAULT false NOT NULL,
    application_name text,
    creator_xid text
);
CREATE TABLE public.bd_alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.bd_audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    user_id text NOT NULL,
    team_id text NOT NULL,
    channel_id text,
    verb text NOT NULL,
    command text NOT NULL,
    subject text,
    confirmation_id text,
    outcome text,
    detail text,
    finished_at bigint
);
CREATE SEQUENCE public.bd_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.bd_audit_id_seq OWNED BY public.bd_audit.id;
CREATE TABLE public.bd_batches (
    id text NOT NULL,
    status text NOT NULL,
    shape text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint,
    missing_since bigint,
    results_ready boolean NOT NULL,
    fetched_at bigint,
    over_at bigint
);
CREATE TABLE public.bd_cards (
    batch_id text NOT NULL,
    channel_id text NOT NULL,
    posted_in text,
    ts text,
    shown text,
    version integer NOT NULL,
    shown_version integer NOT NULL,
    attempts integer NOT NULL,
    replaced boolean NOT NULL,
    given_up text,
    due_at bigint NOT NULL,
    claimed_by text,
    claimed_until bigint
);
CREATE TABLE public.bd_confirmations (
    id text NOT NULL,
    user_id text NOT NULL,
    team_id text NOT NULL,
    command text NOT NULL,
    subject text NOT NULL,
    state text NOT NULL,
    asked_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.bd_drafts (
    id text NOT NULL,
    user_id text NOT NULL,
    team_id text NOT NULL,
    channel_id text,
    state text NOT NULL,
    name text NOT NULL,
    requests integer NOT NULL,
    size bigint NOT NULL,
    estimate text NOT NULL,
    label text,
    owner text,
    parent_id text,
    kind text,
    batch_id text,
    approved_by text,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    held_by text,
    watch text,
    whole_id text,
    rest_id text,
    sample integer
);
CREATE TABLE public.bd_duties (
    name text NOT NULL,
    due_at bigint NOT NULL,
    turn integer NOT NULL,
    done_at bigint,
    failing_since bigint
);
CREATE TABLE public.bd_families (
    child_id text NOT NULL,
    parent_id text NOT NULL,
    kind text NOT NULL
);
CREATE TABLE public.bd_labels (
    batch_id text NOT NULL,
    label text,
    label_key text,
    owner text,
    note text,
    changed_by text NOT NULL,
    changed_at bigint NOT NULL
);
CREATE TABLE public.bd_mutes (
    subject text NOT NULL,
    until bigint
);
CREATE TABLE public.bd_notices (
    key text NOT NULL,
    batch_id text,
    event text NOT NULL,
    channel_id text NOT NULL,
    mentions text NOT NULL,
    payload text NOT NULL,
    created_at bigint NOT NULL,
    attempts integer NOT NULL,
    thread_ts text,
    sent_at bigint,
    ts text,
    given_up text,
    due_at bigint NOT NULL,
    claimed_by text,
    claimed_until bigint
);
CREATE TABLE public.bd_paces (
    place text NOT NULL,
    free_at bigint NOT NULL
);
CREATE TABLE public.bd_quiet_levels (
    channel_id text NOT NULL,
    level text NOT NULL
);
CREATE TABLE public.bd_readings (
    id text NOT NULL,
    user_id text NOT NULL,
    team_id text NOT NULL,
    started_at bigint NOT NULL,
    stopped_at bigint,
    held_by text,
    channel_id text,
    ts text,
    again text
);
CREATE TABLE public.bd_summaries (
    batch_id text NOT NULL,
    summary text NOT NULL,
    priced_on text,
    fetched_by text NOT NULL,
    fetched_at bigint NOT NULL,
    taken text,
    taken_by text,
    taken_at bigint
);
CREATE TABLE public.bd_watches (
    batch_id text NOT NULL,
    user_id text NOT NULL,
    channel_id text NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.bd_workers (
    id text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL
);
ALTER TABLE ONLY public.bd_audit ALTER COLUMN id SET DEFAULT nextval('public.bd_audit_id_seq'::regclass);
INSERT INTO dbos.application_versions VALUES ('13e97c51-7179-4fe4-bc08-7c8fbf6f9f3d', '1', 1795990333255, 1795990333255, 'batchdesk');
INSERT INTO dbos.dbos_migrations VALUES (125);
INSERT INTO dbos.queues VALUES ('41c947ee-669a-477c-b960-9a6cdbe7aee8', 'sweeps', NULL, 1, NULL, NULL, true, false, 1, 1795990333423, 1795990333421, 'batchdesk', NULL, NULL, NULL, NULL);
INSERT INTO dbos.queues VALUES ('78f074bf-f6bd-46dc-a115-c79dc3c21bc0', 'slack', NULL, 8, NULL, NULL, true, true, 0.3, 1795990333442, 1795990333442, 'batchdesk', 1, NULL, NULL, NULL);
INSERT INTO dbos.queues VALUES ('5b6d8a26-26ad-4ace-a278-511baa617dd7', 'cards', NULL, 8, NULL, NULL, true, true, 0.5, 1795990333448, 1795990333447, 'batchdesk', 1, NULL, NULL, NULL);
INSERT INTO dbos.queues VALUES ('ab37c88e-62c7-4dfa-afa3-216faf41de2d', 'api', NULL, 4, NULL, NULL, true, false, 1, 1795990333453, 1795990333452, 'batchdesk', NULL, NULL, NULL, NULL);
INSERT INTO dbos.workflow_input VALUES ('sweep:1', '{"namedArgs":{},"positionalArgs":[1]}', 1795990333474);
INSERT INTO dbos.workflow_input VALUES ('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1', '{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1","C0BATCHES"]}', 1795990335640);
INSERT INTO dbos.workflow_input VALUES ('act:1', '{"namedArgs":{},"positionalArgs":[1]}', 1795990336116);
INSERT INTO dbos.workflow_input VALUES ('act:2', '{"namedArgs":{},"positionalArgs":[2]}', 1795990336131);
INSERT INTO dbos.workflow_input VALUES ('act:3', '{"namedArgs":{},"positionalArgs":[3]}', 1795990336145);
INSERT INTO dbos.workflow_input VALUES ('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1', '{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot","C0BATCHES"]}', 1795990336242);
INSERT INTO dbos.workflow_input VALUES ('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:2', '{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot","C0BATCHES"]}', 1795990337107);
INSERT INTO dbos.workflow_input VALUES ('notice:msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES', '{"namedArgs":{},"positionalArgs":["msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES"]}', 1795990337107);
INSERT INTO dbos.workflow_input VALUES ('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:2', '{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1","C0BATCHES"]}', 1795990337120);
INSERT INTO dbos.workflow_input VALUES ('notice:msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES', '{"namedArgs":{},"positionalArgs":["msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES"]}', 1795990337120);
INSERT INTO dbos.workflow_output VALUES ('sweep:1', 'null', NULL, 1795990335465);
INSERT INTO dbos.workflow_output VALUES ('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1', 'null', NULL, 1795990336067);
INSERT INTO dbos.workflow_output VALUES ('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1', 'null', NULL, 1795990337079);
INSERT INTO dbos.workflow_status VALUES ('sweep:1', 'SUCCESS', 'sweep', NULL, NULL, NULL, NULL, NULL, NULL, 'old-host:3313:aaa5c9', 1795990333474, 1795990335465, '1', NULL, NULL, NULL, 1, 'sweeps', 180000, 1795990515443, NULL, 1795990335444, NULL, 0, NULL, NULL, NULL, NULL, 'portable_json', NULL, false, false, 1795990335465, 'null', NULL, NULL, false, 'batchdesk', 'fb00a2c4-f827-401e-aacc-96adaf6632ae');
INSERT INTO dbos.workflow_status VALUES ('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:1', 'SUCCESS', 'draw', NULL, NULL, NULL, NULL, NULL, NULL, 'old-host:3313:aaa5c9', 1795990335640, 1795990336067, '1', NULL, NULL, NULL, 1, 'cards', 180000, 1795990515942, NULL, 1795990335943, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, 1795990336067, 'null', NULL, NULL, false, 'batchdesk', '241e8d38-68bb-4203-8930-7a6c811d5656');
INSERT INTO dbos.workflow_status VALUES ('act:1', 'DELAYED', 'execute', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990336116, 1795990336116, '1', NULL, NULL, NULL, 0, 'api', 180000, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, 'portable_json', 1795990516117, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', 'c8d88494-d113-4617-a20a-26e3c715e37a');
INSERT INTO dbos.workflow_status VALUES ('act:2', 'DELAYED', 'execute', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990336131, 1795990336131, '1', NULL, NULL, NULL, 0, 'api', 180000, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, 'portable_json', 1795990516131, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', '65ddda9f-0618-454e-8b48-82a4a1c29bd6');
INSERT INTO dbos.workflow_status VALUES ('act:3', 'DELAYED', 'execute', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990336145, 1795990336145, '1', NULL, NULL, NULL, 0, 'api', 180000, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, 'portable_json', 1795990516146, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', '42cd5985-a25a-40de-9312-cbe7f7f46096');
INSERT INTO dbos.workflow_status VALUES ('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:1', 'SUCCESS', 'draw', NULL, NULL, NULL, NULL, NULL, NULL, 'old-host:3313:aaa5c9', 1795990336242, 1795990337079, '1', NULL, NULL, NULL, 1, 'cards', 180000, 1795990516446, NULL, 1795990336447, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, 1795990337079, 'null', NULL, NULL, false, 'batchdesk', 'cba03e66-91c2-4912-8d47-46d6ae17d392');
INSERT INTO dbos.workflow_status VALUES ('card:msgbatch_01NoticeNoticeNoticeNot:C0BATCHES:2', 'ENQUEUED', 'draw', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990337107, 1795990337107, '1', NULL, NULL, NULL, 0, 'cards', 180000, NULL, NULL, NULL, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', '2140bc2a-10d6-461a-b33a-d4b2fdd55e6d');
INSERT INTO dbos.workflow_status VALUES ('notice:msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES', 'ENQUEUED', 'deliver', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990337107, 1795990337107, '1', NULL, NULL, NULL, 0, 'slack', 180000, NULL, NULL, NULL, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', 'feb7dedf-895c-4e73-a600-78c663cbb9fd');
INSERT INTO dbos.workflow_status VALUES ('card:msgbatch_01WatchedWatchedWatched1:C0BATCHES:2', 'ENQUEUED', 'draw', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990337120, 1795990337120, '1', NULL, NULL, NULL, 0, 'cards', 180000, NULL, NULL, NULL, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', 'a3af13bd-e587-4a3e-99be-a16cb4fbdf04');
INSERT INTO dbos.workflow_status VALUES ('notice:msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES', 'ENQUEUED', 'deliver', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795990337120, 1795990337120, '1', NULL, NULL, NULL, 0, 'slack', 180000, NULL, NULL, NULL, NULL, 0, 'C0BATCHES', NULL, NULL, NULL, 'portable_json', NULL, false, false, NULL, 'null', NULL, NULL, false, 'batchdesk', '9b0eea34-b446-45e9-9fa3-3a0324097989');
INSERT INTO public.bd_alembic_version VALUES ('0005');
INSERT INTO public.bd_audit VALUES (1, 1795990336115868, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'label', 'label msgbatch_01ReadReadReadReadReadR "Nightly eval"', 'msgbatch_01ReadReadReadReadReadR', NULL, 'done', NULL, 1795990336123806);
INSERT INTO public.bd_audit VALUES (2, 1795990336131231, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'own', 'own msgbatch_01ReadReadReadReadReadR U0BEN', 'msgbatch_01ReadReadReadReadReadR', NULL, 'done', NULL, 1795990336138438);
INSERT INTO public.bd_audit VALUES (3, 1795990336145640, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'note', 'note msgbatch_01ReadReadReadReadReadR "prompt v7"', 'msgbatch_01ReadReadReadReadReadR', NULL, 'done', NULL, 1795990336150897);
INSERT INTO public.bd_audit VALUES (4, 1795990336158680, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'delete', 'delete msgbatch_01DeleteDeleteDeleteDe', 'msgbatch_01DeleteDeleteDeleteDe', 'a1f5cc74a90964640f30fc6d9256009b', 'asked', NULL, 1795990336158680);
INSERT INTO public.bd_audit VALUES (5, 1795990336195073, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'send', 'send 51324106f95349d3359c108b', '51324106f95349d3359c108b', '2089f15c820cf9f02ceab4a9c9a0cfc8', 'asked', NULL, 1795990336195073);
INSERT INTO public.bd_audit VALUES (6, 1795990336218959, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'send', 'send 2dea4e102346e1cdf1cc5472', '2dea4e102346e1cdf1cc5472', 'c273c904db55bf7e46716aad5ee390f4', 'asked', NULL, 1795990336218959);
INSERT INTO public.bd_audit VALUES (7, 1795990336223498, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'notify', 'notify failures', 'C0BATCHES', NULL, 'done', NULL, 1795990336223498);
INSERT INTO public.bd_audit VALUES (8, 1795990336231637, 'U0ADA', 'T0DEMO', 'C0BATCHES', 'mute', 'mute msgbatch_01DeleteDeleteDeleteDe 3d', 'msgbatch_01DeleteDeleteDeleteDe', NULL, 'done', NULL, 1795990336231637);
INSERT INTO public.bd_batches VALUES ('msgbatch_01NoticeNoticeNoticeNot', 'ended', 'endedr 0/7/5/0/0', '{"id":"msgbatch_01NoticeNoticeNoticeNot","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":7,"errored":5,"canceled":0,"expired":0},"ended_at":"2026-11-29T22:22:13.026444Z","created_at":"2026-11-29T22:02:13.026444Z","expires_at":"2026-11-30T22:02:13.026444Z","archived_at":null,"cancel_initiated_at":null,"results_url":"http://127.0.0.1:42395/v1/messages/batches/msgbatch_01NoticeNoticeNoticeNot/results"}', 1795989733026444, 1796076133026444, 1795990933026444, NULL, true, NULL, 1795990337106678);
INSERT INTO public.bd_batches VALUES ('msgbatch_01WatchedWatchedWatched1', 'ended', 'endedr 0/320/4/0/0', '{"id":"msgbatch_01WatchedWatchedWatched1","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":320,"errored":4,"canceled":0,"expired":0},"ended_at":"2026-11-29T22:22:13.026444Z","created_at":"2026-11-29T22:02:13.026444Z","expires_at":"2026-11-30T22:02:13.026444Z","archived_at":null,"cancel_initiated_at":null,"results_url":"http://127.0.0.1:42395/v1/messages/batches/msgbatch_01WatchedWatchedWatched1/results"}', 1795989733026444, 1796076133026444, 1795990933026444, NULL, true, NULL, 1795990337120590);
INSERT INTO public.bd_cards VALUES ('msgbatch_01NoticeNoticeNoticeNot', 'C0BATCHES', 'C0BATCHES', '1795990337.073622', '2def63b39233e985d916616981fad14b', 2, 1, 0, false, NULL, 1795990337106678, NULL, NULL);
INSERT INTO public.bd_cards VALUES ('msgbatch_01WatchedWatchedWatched1', 'C0BATCHES', 'C0BATCHES', '1795990336.061305', '7c5ef231963300c9953c3edfcd360004', 2, 1, 0, false, NULL, 1795990337120590, NULL, NULL);
INSERT INTO public.bd_confirmations VALUES ('a1f5cc74a90964640f30fc6d9256009b', 'U0ADA', 'T0DEMO', 'delete msgbatch_01DeleteDeleteDeleteDe', 'msgbatch_01DeleteDeleteDeleteDe', 'ended 0/5/0/0/0', 1795990336158680, 1795990636158680, NULL);
INSERT INTO public.bd_confirmations VALUES ('2089f15c820cf9f02ceab4a9c9a0cfc8', 'U0ADA', 'T0DEMO', 'send 51324106f95349d3359c108b', '51324106f95349d3359c108b', 'draft of 30 requests, 4014 bytes', 1795990336195073, 1795992136195073, NULL);
INSERT INTO public.bd_confirmations VALUES ('c273c904db55bf7e46716aad5ee390f4', 'U0ADA', 'T0DEMO', 'send 2dea4e102346e1cdf1cc5472', '2dea4e102346e1cdf1cc5472', 'draft of 12 requests, 1602 bytes', 1795990336218959, 1795992136218959, NULL);
INSERT INTO public.bd_drafts VALUES ('51324106f95349d3359c108b', 'U0ADA', 'T0DEMO', 'C0BATCHES', 'ready', 'thirty.jsonl', 30, 4014, '[["claude-haiku-4-5", 30, 650, 1920, "0.0003250", "0.0051250", "COUNTED"]]', NULL, 'U0ADA', NULL, NULL, NULL, NULL, 1795990336176434, 1795990336176434, NULL, 'here', NULL, NULL, NULL);
INSERT INTO public.bd_drafts VALUES ('2dea4e102346e1cdf1cc5472', 'U0ADA', 'T0DEMO', 'C0BATCHES', 'ready', 'twelve.jsonl', 12, 1602, '[["claude-haiku-4-5", 12, 254, 768, "0.0001270", "0.0020470", "COUNTED"]]', NULL, 'U0ADA', NULL, NULL, NULL, NULL, 1795990336204534, 1795990336204534, NULL, 'here', NULL, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('redrive', 1795990363457070, 1, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('prune', 1796076733457089, 1, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('reminders', 1795990633457110, 1, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('interrupted', 1795990348457122, 1, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('lost-readings', 1795990348457133, 1, NULL, NULL);
INSERT INTO public.bd_duties VALUES ('sweep', 1795990397127801, 1, 1795990337127801, NULL);
INSERT INTO public.bd_labels VALUES ('msgbatch_01ReadReadReadReadReadR', 'Nightly eval', 'nightly-eval', 'U0BEN', 'prompt v7', 'U0ADA', 1795990336147434);
INSERT INTO public.bd_mutes VALUES ('msgbatch_01DeleteDeleteDeleteDe', 1796249536228486);
INSERT INTO public.bd_notices VALUES ('msgbatch_01NoticeNoticeNoticeNot:ended:C0BATCHES', 'msgbatch_01NoticeNoticeNoticeNot', 'ended', 'C0BATCHES', '["U0ADA"]', '{}', 1795990337106678, 0, NULL, NULL, NULL, NULL, 1795990337106678, NULL, NULL);
INSERT INTO public.bd_notices VALUES ('msgbatch_01WatchedWatchedWatched1:ended:C0BATCHES', 'msgbatch_01WatchedWatchedWatched1', 'ended', 'C0BATCHES', '["U0ADA"]', '{}', 1795990337120590, 0, NULL, NULL, NULL, NULL, 1795990337120590, NULL, NULL);
INSERT INTO public.bd_quiet_levels VALUES ('C0BATCHES', 'failures');
INSERT INTO public.bd_summaries VALUES ('msgbatch_01ReadReadReadReadReadR', '{"counts":{"succeeded":20,"errored":3,"canceled":0,"expired":0},"causes":[{"type":"invalid_request_error","message":"max_tokens: <n> > <n>, which is the maximum allowed number of output tokens for claude-haiku-4-5-20251001","count":3,"samples":["request-0021","request-0001","request-0019"],"code":""}],"other_causes":0,"stop_reasons":[{"reason":"end_turn","count":20}],"models":[{"model":"claude-haiku-4-5-20251001","requests":20,"tokens":{"input":12644,"write_5m":3072,"write_1h":0,"read":27648,"output":1879,"thinking":0},"cost":"0.0143219","web_searches":0,"partial":"0"}],"output":{"median":102,"largest":123},"cost":{"amount":"0.0143219","unknown_models":[],"unknown_regions":[],"web_searches":0,"unreadable":0},"lines":23,"bytes_read":20294,"broken":{"count":0,"first":[],"cut_off":false},"duplicates":0,"version":1}', '2026-08-21', 'U0ADA', 1795990336102867, NULL, NULL, NULL);
INSERT INTO public.bd_watches VALUES ('msgbatch_01WatchedWatchedWatched1', 'U0ADA', 'C0BATCHES', 'watch', 1795990335639691);
INSERT INTO public.bd_watches VALUES ('msgbatch_01NoticeNoticeNoticeNot', 'U0ADA', 'C0BATCHES', 'watch', 1795990336241830);
INSERT INTO public.bd_workers VALUES ('old-host:3313:aaa5c9', 'old-host', 3313, 1795990333373643, 946684800000000);
SELECT pg_catalog.setval('public.bd_audit_id_seq', 8, true);
ALTER TABLE ONLY dbos.application_versions
    ADD CONSTRAINT application_versions_pkey PRIMARY KEY (version_id);
ALTER TABLE ONLY dbos.application_versions
    ADD CONSTRAINT application_versions_version_name_key UNIQUE (version_name);
ALTER TABLE ONLY dbos.dbos_migrations
    ADD CONSTRAINT dbos_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY dbos.event_dispatch_kv
    ADD CONSTRAINT event_dispatch_kv_pkey PRIMARY KEY (service_name, workflow_fn_name, key);
ALTER TABLE ONLY dbos.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (message_uuid);
ALTER TABLE ONLY dbos.operation_outputs
    ADD CONSTRAINT operation_outputs_pkey PRIMARY KEY (workflow_uuid, function_id);
ALTER TABLE ONLY dbos.queues
    ADD CONSTRAINT queues_name_key UNIQUE (name);
ALTER TABLE ONLY dbos.queues
    ADD CONSTRAINT queues_pkey PRIMARY KEY (queue_id);
ALTER TABLE ONLY dbos.streams
    ADD CONSTRAINT streams_pkey PRIMARY KEY (workflow_uuid, key, "offset");
ALTER TABLE ONLY dbos.workflow_events_history
    ADD CONSTRAINT workflow_events_history_pkey PRIMARY KEY (workflow_uuid, function_id, key);
ALTER TABLE ONLY dbos.workflow_events
    ADD CONSTRAINT workflow_events_pkey PRIMARY KEY (workflow_uuid, key);
ALTER TABLE ONLY dbos.workflow_input
    ADD CONSTRAINT workflow_input_pkey PRIMARY KEY (workflow_uuid);
ALTER TABLE ONLY dbos.workflow_output
    ADD CONSTRAINT workflow_output_pkey PRIMARY KEY (workflow_uuid);
ALTER TABLE ONLY dbos.workflow_schedules
    ADD CONSTRAINT workflow_schedules_pkey PRIMARY KEY (schedule_id);
ALTER TABLE ONLY dbos.workflow_schedules
    ADD CONSTRAINT workflow_schedules_schedule_name_key UNIQUE (schedule_name);
ALTER TABLE ONLY dbos.workflow_status
    ADD CONSTRAINT workflow_status_pkey PRIMARY KEY (workflow_uuid);
ALTER TABLE ONLY public.bd_alembic_version
    ADD CONSTRAINT bd_alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.bd_audit
    ADD CONSTRAINT bd_audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bd_batches
    ADD CONSTRAINT bd_batches_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bd_cards
    ADD CONSTRAINT bd_cards_pkey PRIMARY KEY (batch_id, channel_id);
ALTER TABLE ONLY public.bd_confirmations
    ADD CONSTRAINT bd_confirmations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bd_drafts
    ADD CONSTRAINT bd_drafts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bd_duties
    ADD CONSTRAINT bd_duties_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.bd_families
    ADD CONSTRAINT bd_families_pkey PRIMARY KEY (child_id);
ALTER TABLE ONLY public.bd_labels
    ADD CONSTRAINT bd_labels_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.bd_mutes
    ADD CONSTRAINT bd_mutes_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.bd_notices
    ADD CONSTRAINT bd_notices_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.bd_paces
    ADD CONSTRAINT bd_paces_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.bd_quiet_levels
    ADD CONSTRAINT bd_quiet_levels_pkey PRIMARY KEY (channel_id);
ALTER TABLE ONLY public.bd_readings
    ADD CONSTRAINT bd_readings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.bd_summaries
    ADD CONSTRAINT bd_summaries_pkey PRIMARY KEY (batch_id);
ALTER TABLE ONLY public.bd_watches
    ADD CONSTRAINT bd_watches_pkey PRIMARY KEY (batch_id, user_id, channel_id, reason);
ALTER TABLE ONLY public.bd_workers
    ADD CONSTRAINT bd_workers_pkey PRIMARY KEY (id);
CREATE INDEX idx_application_versions_owner_timestamp ON dbos.application_versions USING btree (application_name, version_timestamp DESC);
CREATE INDEX idx_application_versions_timestamp ON dbos.application_versions USING btree (version_timestamp DESC);
CREATE INDEX idx_operation_outputs_completed_at_function_name_v2 ON dbos.operation_outputs USING btree (completed_at_epoch_ms, function_name) INCLUDE (application_name);
CREATE INDEX idx_operation_outputs_retention ON dbos.operation_outputs USING btree (retention_timestamp);
CREATE INDEX idx_workflow_input_retention ON dbos.workflow_input USING btree (retention_timestamp);
CREATE INDEX idx_workflow_output_retention ON dbos.workflow_output USING btree (retention_timestamp);
CREATE INDEX idx_workflow_status_attributes ON dbos.workflow_status USING gin (attributes) WHERE (attributes IS NOT NULL);
CREATE INDEX idx_workflow_status_completed_at ON dbos.workflow_status USING btree (completed_at) WHERE (completed_at IS NOT NULL);
CREATE INDEX idx_workflow_status_deadline ON dbos.workflow_status USING btree (workflow_deadline_epoch_ms) WHERE ((status = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text, 'DELAYED'::text])) AND (workflow_deadline_epoch_ms IS NOT NULL));
CREATE INDEX idx_workflow_status_delayed ON dbos.workflow_status USING btree (delay_until_epoch_ms) WHERE (status = 'DELAYED'::text);
CREATE INDEX idx_workflow_status_failed ON dbos.workflow_status USING btree (status, created_at) WHERE (status = ANY (ARRAY['ERROR'::text, 'CANCELLED'::text, 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'::text]));
CREATE INDEX idx_workflow_status_forked_from ON dbos.workflow_status USING btree (forked_from) WHERE (forked_from IS NOT NULL);
CREATE INDEX idx_workflow_status_in_flight_v2 ON dbos.workflow_status USING btree (queue_name, status, priority, created_at) INCLUDE (application_name) WHERE (status = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]));
CREATE INDEX idx_workflow_status_parent_workflow_id ON dbos.workflow_status USING btree (parent_workflow_id) WHERE (parent_workflow_id IS NOT NULL);
CREATE INDEX idx_workflow_status_partition_dequeue_v3 ON dbos.workflow_status USING btree (queue_name, status, queue_partition_key, priority, created_at, workflow_uuid) INCLUDE (application_name) WHERE ((status = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text])) AND (queue_partition_key IS NOT NULL));
CREATE INDEX idx_workflow_status_pending ON dbos.workflow_status USING btree (created_at) WHERE (status = 'PENDING'::text);
CREATE INDEX idx_workflow_status_rate_limited ON dbos.workflow_status USING btree (queue_name, started_at_epoch_ms) WHERE (rate_limited = true);
CREATE INDEX idx_workflow_status_schedule_name ON dbos.workflow_status USING btree (schedule_name) WHERE (schedule_name IS NOT NULL);
CREATE INDEX idx_workflow_status_started_at ON dbos.workflow_status USING btree (started_at_epoch_ms) WHERE (started_at_epoch_ms IS NOT NULL);
CREATE INDEX idx_workflow_topic ON dbos.notifications USING btree (destination_uuid, topic);
CREATE UNIQUE INDEX uq_application_versions_owner_version ON dbos.application_versions USING btree (application_name, version_name) WHERE (application_name IS NOT NULL);
CREATE UNIQUE INDEX uq_application_versions_unclaimed_version ON dbos.application_versions USING btree (version_name) WHERE (application_name IS NULL);
CREATE UNIQUE INDEX uq_workflow_status_dedup_id ON dbos.workflow_status USING btree (queue_name, deduplication_id) WHERE (deduplication_id IS NOT NULL);
CREATE INDEX workflow_status_created_at_index ON dbos.workflow_status USING btree (created_at);
CREATE INDEX ix_bd_audit_confirmation_id ON public.bd_audit USING btree (confirmation_id);
CREATE INDEX ix_bd_audit_subject ON public.bd_audit USING btree (subject);
CREATE INDEX ix_bd_batches_created_at ON public.bd_batches USING btree (created_at);
CREATE INDEX ix_bd_batches_over_at ON public.bd_batches USING btree (over_at);
CREATE INDEX ix_bd_cards_due_at ON public.bd_cards USING btree (due_at);
CREATE INDEX ix_bd_confirmations_expires_at ON public.bd_confirmations USING btree (expires_at);
CREATE INDEX ix_bd_drafts_created_at ON public.bd_drafts USING btree (created_at);
CREATE INDEX ix_bd_drafts_state ON public.bd_drafts USING btree (state);
CREATE INDEX ix_bd_families_parent_id ON public.bd_families USING btree (parent_id);
CREATE INDEX ix_bd_labels_label_key ON public.bd_labels USING btree (label_key);
CREATE INDEX ix_bd_labels_owner ON public.bd_labels USING btree (owner);
CREATE INDEX ix_bd_notices_batch_id ON public.bd_notices USING btree (batch_id);
CREATE INDEX ix_bd_notices_open ON public.bd_notices USING btree (sent_at, due_at);
CREATE INDEX ix_bd_readings_started_at ON public.bd_readings USING btree (started_at);
CREATE INDEX ix_bd_summaries_fetched_at ON public.bd_summaries USING btree (fetched_at);
CREATE INDEX ix_bd_watches_user_id ON public.bd_watches USING btree (user_id);
ALTER TABLE ONLY dbos.notifications
    ADD CONSTRAINT notifications_destination_uuid_fkey FOREIGN KEY (destination_uuid) REFERENCES dbos.workflow_status(workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY dbos.streams
    ADD CONSTRAINT streams_workflow_uuid_fkey FOREIGN KEY (workflow_uuid) REFERENCES dbos.workflow_status(workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY dbos.workflow_events_history
    ADD CONSTRAINT workflow_events_history_workflow_uuid_fkey FOREIGN KEY (workflow_uuid) REFERENCES dbos.workflow_status(workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY dbos.workflow_events
    ADD CONSTRAINT workflow_events_workflow_uuid_fkey FOREIGN KEY (workflow_uuid) REFERENCES dbos.workflow_status(workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE;
