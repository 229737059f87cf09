"""Where the sandbox differs from the API documents on purpose. The last word of each entry is the reason.

Real Jira breaks its own documents; without this list the sandbox would be bent to a wrong text. `*` stands for anything.
An entry that nothing needs fails the test, so the list stays as short as it can be.
"""

# Operations whose answer is an array although the document declares one element; the elements are checked.
ARRAY = "the document declares one element, every Data Center answers a list of them"
ELEMENT_FOR_ARRAY = [
    ("dc GET /api/2/applicationrole", ARRAY),
    ("dc GET /api/2/field", ARRAY),
    ("dc GET /api/2/filter/favourite", ARRAY),
    ("dc GET /api/2/filter/{id}/columns", ARRAY),
    ("dc GET /api/2/issue/{issueIdOrKey}/remotelink", ARRAY),
    ("dc GET /api/2/issue/{issueIdOrKey}/pinned-comments", ARRAY),
    ("dc GET /api/2/issue/{issueIdOrKey}/subtask", ARRAY),
    ("dc GET /api/2/issuetype", ARRAY),
    ("dc GET /api/2/priority", ARRAY),
    ("dc GET /api/2/project", ARRAY),
    ("dc GET /api/2/project/type", ARRAY),
    ("dc GET /api/2/project/{projectIdOrKey}/components", ARRAY),
    ("dc GET /api/2/project/{projectIdOrKey}/statuses", ARRAY),
    ("dc GET /api/2/project/{projectIdOrKey}/versions", ARRAY),
    ("dc GET /api/2/projectCategory", ARRAY),
    ("dc GET /api/2/resolution", ARRAY),
    ("dc GET /api/2/role", ARRAY),
    ("dc GET /api/2/screens/{screenId}/tabs", ARRAY),
    ("dc GET /api/2/screens/{screenId}/tabs/{tabId}/fields", ARRAY),
    ("dc GET /api/2/status", ARRAY),
    ("dc GET /api/2/statuscategory", ARRAY),
    ("dc GET /api/2/user/assignable/multiProjectSearch", ARRAY),
    ("dc GET /api/2/user/assignable/search", ARRAY),
    ("dc GET /api/2/user/permission/search", ARRAY),
    ("dc GET /api/2/user/search", ARRAY),
    ("dc GET /api/2/user/viewissue/search", ARRAY),
    ("dc POST /api/2/filter/{id}/permission", ARRAY),
    ("dc POST /api/2/issue/{issueIdOrKey}/attachments", ARRAY),
    ("dc POST /api/2/worklog/list", ARRAY),
]

# Answers on routes that the document does not know: method and path.
ROUTES = [
    ("* * /sandbox/*", "the sandbox's own: faults, settings, people, moves"),
    ("dc * /rest/auth/*/session", "sessions have a document of their own"),
    ("dc * /rest/pat/latest/tokens*", "personal access tokens have a document of their own"),
    ("dc * /rest/webhooks/1.0/webhook*", "administrators' webhooks are in no document"),
    ("cloud * /rest/agile/1.0/*", "planning has a document of its own on Cloud"),
    ("cloud * /rest/webhooks/1.0/webhook*", "administrators' webhooks are in no document"),
    ("dc * /rest/jira-webhook/1.0/webhooks*", "administrators' webhooks of Data Center 10 are in no document"),
    ("dc GET /secure/attachment/*", "files are served beside the API"),
    ("dc GET /secure/thumbnail/*", "files are served beside the API"),
    ("* GET /secure/projectavatar*", "pictures are served beside the API"),
    ("cloud GET /file/*", "where a file's redirect leads: another host's, in no document"),
    ("* GET /rest/api/1.0/labels/*", "what the picker of labels asks, in no document"),
    ("dc * /rest/api/2/group*", "in older documents; clients still call it"),
    ("dc GET /status", "for load balancers, in no document"),
    ("dc POST /secure/admin/user/EditUser.jspa", "a page that people script, python3-jira too"),
    ("dc POST /secure/admin/user/ResetFailedLoginCount.jspa", "a page that people script, as there is no resource"),
    ("dc DELETE /rest/api/2/version/*", "8.13 has it, later ones still answer, and clients call it"),
]

# What only the clients in test/peers ask, so that the sandbox's own tests may do without.
PEERS = [
    ("dc GET /rest/applinks/latest/*", "python3-jira asks it before it links to elsewhere; in no document"),
]

# Statuses that the document does not know.
STATUSES = [
    ("dc GET /api/2/screens 200", "the document knows no success at all"),
    ("dc POST /api/2/issue/{issueIdOrKey}/remotelink 201", "measured: 201 for a new link, 200 for one that was there"),
    ("dc POST /api/2/issue/{issueIdOrKey}/votes 204", "measured: no content"),
]

# Values: operation with status, where in the answer, what the matter is.
NULLS = "measured: of two values of a change one is often null"
OBJECTS = "the document types every field as an object"
RICHER = "the document says text, the value is any JSON"
VALUES = [
    ("cloud * /rest/api/3/* 200", "*items.[].from", "null for string", NULLS),
    ("cloud * /rest/api/3/* 200", "*items.[].fromString", "null for string", NULLS),
    ("cloud * /rest/api/3/* 200", "*items.[].to", "null for string", NULLS),
    ("cloud * /rest/api/3/* 200", "*items.[].toString", "null for string", NULLS),
    ("dc GET /api/2/issue/{issueIdOrKey} 200", "changelog.*.from*", "null for string", NULLS),
    ("dc GET /api/2/issue/{issueIdOrKey} 200", "changelog.*.to*", "null for string", NULLS),
    ("cloud POST /rest/api/3/changelog/bulkfetch 200", "*.created", "number for string",
     "the document's example is a number, and so are recorded answers"),
    ("cloud * /rest/api/3/field *", "*", "unknown untranslatedName", "sent, and in the document of fields/search"),
    ("cloud GET /rest/api/3/project/{projectIdOrKey} 200", "", "unknown projectKeys",
     "the document names the expansion and closes the schema without it"),
    ("cloud GET /rest/api/3/serverInfo 200", "", "unknown defaultLocale", "in the document's own example"),
    ("* POST /rest/api/*/issue/bulk 400", "", "shape", "all refused: as when all were made, with errors of their own"),
    ("dc * 200", "*fields.*", "* for object", OBJECTS),
    ("dc * 200", "*renderedFields*", "* for object", OBJECTS),
    ("dc * 200", "versionedRepresentations.*", "* for object", OBJECTS),
    ("dc GET /api/2/attachment/{id}/expand/human 200", "entries", "array for object",
     "a collection, which the document declares as an object without members"),
    ("dc GET /api/2/*/properties/{propertyKey} 200", "value", "* for string", RICHER),
    ("dc GET /api/2/issue/{issueIdOrKey}/comment 200", "comments.[].properties.[].value", "* for string", RICHER),
    ("dc GET /api/2/jql/autocompletedata 200", "visible*Names.[]", "object for string",
     "every client reads objects with value and displayName"),
]

# Members: kind of thing and its place, missing or extra, which members.
ASKED = "the recordings asked for less"
SET = "only where somebody has set it"
OLD = "recorded on a Jira before it had that"
PART = "the recordings asked for other fields than a query of ours"
KEYS = [
    ("* customFieldOption *", "extra", "child children", "no cascading field was recorded"),
    ("cloud fields issues", "extra", "attachment comment statusCategory timetracking worklog", PART),
    ("cloud issue issues", "extra", "properties", ASKED),
    ("cloud fields issues", "extra", "aggregateprogress aggregatetimeestimate components creator description duedate "
     "environment parent progress reporter security statuscategorychangedate subtasks summary timeoriginalestimate votes", PART),
    ("cloud fields top", "extra", "parent", SET),
    ("cloud fields top", "extra", "statusCategory", "newer than the recordings"),
    ("cloud fields in_a_webhook", "extra", "statusCategory", "newer than the recordings"),
    ("dc fields in_a_webhook", "extra", "archivedby archiveddate", OLD),
    ("cloud jira:issue_*ted body", "extra", "matchedWebhookIds", "apps alone are told"),
    ("dc comment_*ted body", "extra", "issue", "recorded on a Server, which named no issue"),
    ("cloud fields top", "missing", "summary", "a test leaves it out with fields=-summary"),
    ("cloud issue top", "extra", "editmeta names operations properties renderedFields schema transitions", ASKED),
    ("cloud issue top", "missing", "changelog expand fields", "only where it is asked for; 201 has id, key and self"),
    ("cloud filter *", "missing", "description", SET),
    ("cloud filter *", "extra", "editPermissions sharedUsers", OLD),
    ("cloud board/configuration top", "extra", "estimation", "boards without sprints were recorded"),
    ("cloud board/configuration top", "missing", "subQuery", "a board with sprints has none"),
    ("cloud issuetype issuetypes", "extra", "avatarId hierarchyLevel iconUrl", "the recordings are copied from the documentation"),
    ("cloud issuetype issuetypes", "missing", "iconurl", "the recordings are copied from the documentation"),
    ("cloud project projects", "extra", "avatarUrls", OLD),
    ("cloud issue top", "extra", "transition versionedRepresentations", ASKED),
    ("* user owner", "extra", "accountType emailAddress timeZone", OLD),
    ("* user owner", "missing", "accountId key name", "recorded while Cloud told keys and account ids both"),
    ("dc board/configuration top", "extra", "estimation", "a board without sprints was recorded"),
    ("dc filter top", "extra", "editable sharedUsers", "recorded on Cloud"),
    ("dc filter top", "missing", "description favouritedCount", "recorded on Cloud; a description only where there is one"),
    ("dc sprint values", "extra", "activatedDate autoStartStop synced", OLD),
    ("* issue/comment comments", "extra", "properties renderedBody visibility", ASKED),
    ("cloud issuetype allowedValues", "extra", "hierarchyLevel", OLD),
    ("cloud project project", "extra", "projectCategory", SET),
    ("* status statuses", "extra", "description iconUrl name statusCategory", "inside a board's column there is less"),
    ("cloud version *", "extra", "overdue releaseDate userReleaseDate", SET),
    ("cloud version fixVersions", "missing", "description", SET),
    ("dc component top", "extra", "deleted", OLD),
    ("dc component top", "extra", "issueCount", "from relatedIssueCounts, which was not recorded"),
    ("* user *", "missing", "emailAddress", "an anonymised person has none"),
    ("dc issuetype issue*ypes", "extra", "avatarId iconUrl", "the recordings are copied from the documentation"),
    ("dc issuetype issuetypes", "missing", "iconurl", "the recordings are copied from the documentation"),
    ("dc project *", "extra", "archived avatarUrls projectKeys projectTypeKey", OLD),
    ("dc project *", "extra", "projectCategory", SET),
    ("dc version versions", "extra", "description startDate userStartDate", SET),
    ("dc version versions", "missing", "projectId", "an issue's versions have none, a project's have"),
]
