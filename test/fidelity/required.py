"""The members without which no Data Center shows a thing, by what its `self` names.

The document of Data Center requires next to nothing, so these were taken by hand from recorded answers. A second word
names members that make it another thing under the same `self`: counts of a version, the caller of a session.
"""

PERSON = "active avatarUrls displayName key name self"
REQUIRED = {
    "attachment": ("author content created filename id mimeType self size", ""),
    "board": ("id name self type", ""),
    "board/configuration": ("columnConfig filter id name ranking self", ""),
    "comment/properties": ("key self", ""),
    "component": ("id name self", "issueCount"),
    "customFieldOption": ("disabled id self value", ""),
    "filter": ("id name self", ""),
    "issue": ("id key self", ""),
    "issue/comment": ("author body created id self updateAuthor updated", ""),
    "issue/properties": ("key self", ""),
    "issue/remotelink": ("id self", ""),
    "issue/votes": ("hasVoted self votes", ""),
    "issue/watchers": ("isWatching self watchCount", ""),
    "issue/worklog": ("author comment created id issueId self started timeSpent timeSpentSeconds updateAuthor updated", ""),
    "issueLink": ("id self type", ""),
    "issueLinkType": ("id inward name outward self", ""),
    "issuetype": ("id name self subtask", ""),
    "permissionscheme": ("id name self", ""),
    "permissionscheme/permission": ("holder id permission self", ""),
    "priority": ("iconUrl id name self", ""),
    "project": ("avatarUrls id key name self", ""),
    "project/properties": ("key self", ""),
    "project/role": ("actors description id name self", ""),
    "projectCategory": ("description id name self", ""),
    "resolution": ("description id name self", ""),
    "role": ("description id name self", ""),
    "sprint": ("id name originBoardId self state", ""),
    "status": ("description iconUrl id name self statusCategory", ""),
    "statuscategory": ("colorName id key name self", ""),
    "user": (PERSON, "loginInfo"),
    "version": ("archived id name released self", "issuesFixedCount issuesUnresolvedCount issuesCount"),
}
