/* dialect.c - the table of differences. Texts are those that clients have met and search for. */
#include "sandbox/dialect.h"

#include "base/str.h"

/* What Data Center 10 and 11 have in common. */
/* clang-format off */
#define SINCE_DATA_CENTER_10 \
    .mask = ON_DC10, \
    .deployment_type = "Server", \
    .newest_api = 2, \
    .latest_api = 2, \
    .has_new_createmeta = true, \
    .has_pat = true, \
    .errors_are_xml = true, \
    .search_shows_nulls = true, \
    .has_old_search = true, \
    .route_missing = "HTTP 404 Not Found", \
    .comment_page = 1048576, \
    .comment_cap = 1048576, \
    .comment_cap_in_search = 1048576, \
    .user_search_cap = 100, \
    .has_new_webhook_admin = true, \
    .webhook_comment_has_issue = true, \
    .webhook_comment_updates_issue = true, \
    .accepts_nocheck = true, \
    .attachment_large_status = 404, \
    .attachment_large = "The field file exceeds its maximum permitted size of %lld bytes.", \
    .search_page_cap = 1000, \
    .issue_missing = "Issue does not exist or you do not have permission to see it.", \
    .transition_invalid = "Transition id '%s' is not valid for this issue.", \
    .project_required = "project is required", \
    .project_invalid = "valid project is required", \
    .type_required = "issue type is required", \
    .type_invalid = "The issue type selected is invalid.", \
    .project_expand = "description,lead,url,projectKeys", \
    .shows_archived = true, \
    .anonymous_issue_status = 401, \
    .notify_refused_status = 403, \
    .version_forbidden_status = 403, \
    .comment_forbidden_status = 403, \
    .assign_forbidden_status = 401, \
    .link_forbidden_status = 401, \
    .watch_forbidden_status = 401
/* clang-format on */

static const struct dialect DIALECTS[] = {
    [SANDBOX_DC8] =
        {
            .id = SANDBOX_DC8,
            .mask = ON_DC8,
            .name = "dc8",
            .version = "8.13.27",
            .version_numbers = {8, 13, 27},
            .build_number = "813027",
            .build_date = "2022-09-21T00:00:00.000+0000",
            .deployment_type = "Server",
            .newest_api = 2,
            .latest_api = 2,
            .has_old_createmeta = true,
            .has_new_createmeta = true,
            .has_old_search = true,
            .has_basic = true,
            .has_session = true,
            .errors_are_xml = true,
            .route_missing = "null for uri: %s",
            .comment_page = 1048576,
            .comment_cap = 1048576,
            .comment_cap_in_search = 1048576,
            .user_search_cap = 1000,
            .search_page_cap = 1000,
            .webhook_comment_updates_issue = true,
            .accepts_nocheck = true,
            .attachment_large_status = 404,
            .attachment_large = "The field file exceeds its maximum permitted size of %lld bytes.",
            .issue_missing = "Issue Does Not Exist",
            .transition_invalid =
                "It seems that you have tried to perform an illegal workflow operation (transition %s).",
            .project_required = "project is required",
            .project_invalid = "valid project is required",
            .type_required = "issue type is required",
            .type_invalid = "The issue type selected is invalid.",
            .project_expand = "description,lead,url,projectKeys",
            .anonymous_issue_status = 401,
            .notify_refused_status = 403,
            .version_forbidden_status = 403,
            .comment_forbidden_status = 403,
            .assign_forbidden_status = 401,
            .link_forbidden_status = 401,
            .watch_forbidden_status = 401,
        },
    [SANDBOX_DC10] =
        {
            .id = SANDBOX_DC10,
            .name = "dc10",
            .version = "10.3.5",
            .version_numbers = {10, 3, 5},
            .build_number = "10030005",
            .build_date = "2025-03-24T00:00:00.000+0000",
            .has_basic = true,
            .has_session = true,
            SINCE_DATA_CENTER_10,
        },
    [SANDBOX_CLOUD] =
        {
            .id = SANDBOX_CLOUD,
            .mask = ON_CLOUD,
            .name = "cloud",
            .is_cloud = true,
            .webhook_created_has_changelog = true,
            .has_basic = true,
            .version = "1001.0.0-SNAPSHOT",
            .version_numbers = {1001, 0, 0},
            .build_number = "100294",
            .build_date = "2026-10-19T00:00:00.000+0000",
            .deployment_type = "Cloud",
            .newest_api = 3,
            .latest_api = 3,
            .has_new_createmeta = true,
            .drops_status_writes = true,
            .route_missing = "HTTP 404 Not Found",
            .comment_page = 100,
            .comment_cap = 100,
            .comment_cap_in_search = 20,
            .history_has_field_id = true,
            .changelog_cap = 100,
            .changelog_cap_in_search = 40,
            .user_search_cap = 1000,
            .search_page_cap = 5000,
            .bulk_create_cap = 50,
            .may_vote_for_own = true,
            .has_apps = true,
            .webhook_comment_has_issue = true,
            .webhook_retries = 5,
            .attachment_files_cap = 60,
            .attachment_large_status = 413,
            .attachment_large = "The file is larger than the maximum attachment size of %lld bytes.",
            .issue_missing = "Issue does not exist or you do not have permission to see it.",
            .transition_invalid = "Transition id '%s' is not valid for this issue.",
            .json_broken = "There was an error parsing JSON. Check that your request body is valid.",
            .project_required = "Specify a valid project ID or key",
            .project_invalid = "Specify a valid project ID or key",
            .type_required = "Specify an issue type",
            .type_invalid = "Specify a valid issue type",
            .project_expand = "description,lead,issueTypes,url,projectKeys,permissions,insight",
            .anonymous_issue_status = 404,
            .notify_refused_status = 400,
            .version_forbidden_status = 404,
            .comment_forbidden_status = 400,
            .assign_forbidden_status = 403,
            .link_forbidden_status = 404,
            .watch_forbidden_status = 403,
        },
    [SANDBOX_DC11] =
        {
            .id = SANDBOX_DC11,
            .name = "dc11",
            .version = "11.3.1",
            .version_numbers = {11, 3, 1},
            .build_number = "11030001",
            .build_date = "2025-12-08T00:00:00.000+0000",
            SINCE_DATA_CENTER_10,
        },
};

const struct dialect *dialect_of(enum sandbox_dialect id)
{
    return &DIALECTS[id];
}

bool sandbox_dialect_parse(const char *name, enum sandbox_dialect *r)
{
    for (size_t i = 0; i < ARRAY_LEN(DIALECTS); i++) {
        if (str_eq(DIALECTS[i].name, name)) {
            *r = DIALECTS[i].id;
            return true;
        }
    }
    return false;
}
