/* flow_across.c - the steps that carry the synchronization over: resolve, rebase, poll. They read the sites and write
 * only the store. */
#include "migrate/flow_steps.h"

#include "base/str.h"
#include "migrate/late.h"
#include "migrate/rebase.h"
#include "migrate/users.h"

static bool read_projects(struct flow *f, struct err *e)
{
    enum side moved = f->o->moved, other = side_other(moved);
    struct tracker *partner;
    return flow_open_now(f, e) && flow_open_before(f, other, &partner, e) &&
           f->now->ops->project(f->now, f->a, &f->project[moved], e) &&
           partner->ops->project(partner, f->a, &f->project[other], e);
}

/* The moved side is another site now, perhaps of another kind. */
static bool name_connector(struct flow *f, struct config *config, struct err *e)
{
    struct config_connector *c = &config->connector[f->o->moved];
    struct tracker_info info;
    if (!f->now->ops->describe(f->now, f->a, &info, e))
        return false;
    c->site = json_at_str(f->document, "newSite");
    c->base_url = info.site_url;
    c->deployment = info.deployment;
    config_set_key(f->a, config, json_at_str(f->document, "newKey"));
    return true;
}

static size_t keep_findings(struct flow *f, const struct config_finding *list, size_t count)
{
    size_t errors = 0;
    for (size_t i = 0; i < count; i++) {
        errors += list[i].is_error;
        flow_keep_line(f, arena_printf(f->a, "%s, %s (%s): %s%s%s", list[i].is_error ? "error" : "warning", list[i].tab,
                                       side_name(list[i].side), list[i].what, list[i].fix ? "; " : "",
                                       list[i].fix ? list[i].fix : ""));
    }
    return errors;
}

/* Accounts listed for the old site mean nothing on the new one; users_switch finds them anew. */
static void forget_accounts(struct flow *f, struct config *config)
{
    for (size_t i = 0; i < config->field_count; i++) {
        struct config_field *field = &config->fields[i];
        struct config_field_half *half = &field->half[f->o->moved];
        if (!users_is_kind(field->kind))
            continue;
        if (half->fallback.id || half->fallback.name)
            flow_keep_line(
                f,
                arena_printf(f->a,
                             "warning, users (%s): the default account of %s was one of the old site; set it anew in "
                             "the configuration of the new synchronization",
                             side_name(f->o->moved), half->name ? half->name : half->id));
        half->options = NULL;
        half->option_count = 0;
        half->fallback = (struct tracker_option){NULL, NULL};
    }
}

static bool resolve_config(struct flow *f, struct config *config, size_t *errors_r, struct err *e)
{
    enum side moved = f->o->moved;
    const struct tracker_project *projects[2] = {&f->project[0], &f->project[1]};
    struct config_finding *list;
    forget_accounts(f, config);
    size_t count = config_resolve(f->a, config, moved, projects[moved], &list);
    *errors_r = keep_findings(f, list, count);
    if (!name_connector(f, config, e) ||
        !users_switch(f->o->store, f->a, f->old_row.id, config, moved, f->now, &f->r->lines, &f->r->line_count, e))
        return false;
    count = config_check(f->a, config, projects, &list);
    *errors_r += keep_findings(f, list, count);
    return true;
}

bool flow_resolve(struct flow *f, struct err *e)
{
    size_t errors;
    struct config config;
    const char *key = json_at_str(f->document, "newKey");
    if (!read_projects(f, e) || (!key && !sync_next_key(f->o->store, f->a, &key, e)))
        return false;
    flow_note(f, "newKey", key);
    if (!config_from_json(f->a, f->old_row.config, &config, e) || !resolve_config(f, &config, &errors, e))
        return false;
    if (errors && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the configuration has %zu errors on the new site (listed above, each with what to do). Mend them "
            "there and give the same command again; or go on with --force, and what has no partner waits as a "
            "finding",
            errors);
    json_object_set(f->document, "config", config_to_json(f->a, &config));
    flow_say(f, "resolve", "%s: types, statuses, priorities, fields and users looked up on the new site, %zu errors%s",
             json_at_str(f->document, "newKey"), errors, errors ? ", accepted by --force" : "");
    return true;
}

/* Repeated after a crash it begins anew: the new synchronization has not written anything anywhere yet. */
static bool make_new_sync(struct flow *f, struct err *e)
{
    struct sync_row row;
    struct err none = ERR_INIT;
    int64_t id;
    const char *key = json_at_str(f->document, "newKey");
    if (sync_get(f->o->store, f->a, key, &row, &none)) {
        if (!sync_remove(f->o->store, row.id, e))
            return false;
    } else if (none.kind != ERR_INPUT) {
        *e = none;
        return false;
    }
    const char *name = arena_printf(f->a, "%s with %s", f->new_config.connector[0].project_key,
                                    f->new_config.connector[1].project_key);
    return sync_add(f->o->store, key, name, json_object_get(f->document, "config"), clock_now(f->o->clock), &id, e);
}

static void keep_rebase_lines(struct flow *f, const struct rebase_report *r)
{
    for (size_t i = 0; i < r->line_count; i++)
        flow_keep_line(f, r->lines[i]);
    for (size_t i = 0; i < r->item_count; i++)
        if (r->items[i].unexplained)
            flow_keep_line(
                f, arena_printf(f->a,
                                "%s differs from what both had agreed on in %lld places, %lld without a trace of an "
                                "edit (%s)",
                                r->items[i].item, (long long)r->items[i].differing, (long long)r->items[i].unexplained,
                                r->items[i].example));
}

static bool run_rebase(struct flow *f, struct tracker *before, const struct idmap *ids, struct rebase_report *report,
                       struct err *e)
{
    struct rebase_options o = {.store = f->o->store,
                               .old_key = f->o->sync_key,
                               .new_key = json_at_str(f->document, "newKey"),
                               .moved = f->o->moved,
                               .old_config = &f->old_config,
                               .new_config = &f->new_config,
                               .before = before,
                               .now = f->now,
                               .project_now = &f->project[f->o->moved],
                               .ids = ids,
                               .accepted = f->o->accepted,
                               .accepted_count = f->o->accepted_count,
                               .stopped_ms = json_at_int(f->document, "stoppedMs", 0),
                               .clock = f->o->clock};
    bool ok = rebase_run(&o, f->a, report, e);
    keep_rebase_lines(f, report);
    return ok;
}

bool flow_rebase(struct flow *f, struct err *e)
{
    struct rebase_report report;
    struct idmap ids = IDMAP_INIT;
    struct err why = ERR_INIT;
    struct tracker *before;
    if (!flow_load_new_config(f, e) || !read_projects(f, e) || !flow_reach_old(f, &before, &why, e))
        return false;
    if (!before && !f->o->id_map && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the old project does not answer (%.300s), and without it comments can only be told by the move's "
            "id-mapping report. Give that with --id-map, or let the old site answer; with --force comments "
            "written so far are not followed any more",
            why.text);
    bool ok = make_new_sync(f, e) && (!f->o->id_map || idmap_read(&ids, f->o->id_map, e)) &&
              run_rebase(f, before, f->o->id_map ? &ids : NULL, &report, e);
    idmap_release(&ids);
    if (!ok)
        return false;
    flow_say(
        f, "rebase",
        "%lld pairs, %lld comments carried over; %lld values agree, %lld count as edits; %lld issues and %lld comments "
        "without a sure partner",
        (long long)report.pairs, (long long)report.comments, (long long)report.bases_agreed,
        (long long)report.bases_kept, (long long)report.missing, (long long)report.comments_unknown);
    return true;
}

/* The old project should have been read-only since the move's snapshot; whether it was is looked for. */
bool flow_poll(struct flow *f, struct err *e)
{
    struct err why = ERR_INIT;
    struct tracker *before;
    int64_t late = 0;
    if (!flow_load_new_config(f, e) || !flow_open_now(f, e) || !flow_reach_old(f, &before, &why, e))
        return false;
    if (!before && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the old project does not answer (%.300s), so edits that came too late for the move cannot be looked "
            "for. Let it answer once more, or go on with --force when nobody could have written there",
            why.text);
    struct late_options o = {.store = f->o->store,
                             .old_row = &f->old_row,
                             .moved = f->o->moved,
                             .old_config = &f->old_config,
                             .new_config = &f->new_config,
                             .before = before,
                             .now = f->now};
    if (before && !late_list(&o, f->a, &f->r->lines, &f->r->line_count, &late, e))
        return false;
    if (late && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "%lld changes were made in the old project too late for the move (listed above). Repeat them on the "
            "new site, make the old project read-only, and go on with --force",
            (long long)late);
    if (before)
        flow_say(f, "poll", "%lld changes in the old project came too late for the move", (long long)late);
    else
        flow_say(f, "poll", "not looked for: the old project does not answer any more");
    return true;
}
