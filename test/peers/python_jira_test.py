"""python3-jira drives the sandbox: what that client's users rely on, over Server, Data Center and, so far as it goes, Cloud."""

import io
import unittest
import warnings

import jira
from jira import JIRA, JIRAError
from peer import Peer

warnings.simplefilter("ignore")


class Client(Peer):
    """The client and what is asked of it on every dialect."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jira = cls.connect(cls.sandbox.user, cls.sandbox.secret)

    @classmethod
    def connect(cls, user, secret, **more):
        return JIRA(cls.sandbox.url, basic_auth=(user, secret), max_retries=0, timeout=20, **more)

    def person(self, name):
        """A person as fields want them."""
        if self.dialect == "cloud":
            return {"accountId": self.account(name)}
        return {"name": name}

    def account(self, name):
        return self.jira._get_json("user/search", {"query": name})[0]["accountId"]

    def create(self, summary="made by python", **fields):
        return self.jira.create_issue(project="SA", issuetype={"name": fields.pop("type", "Task")}, summary=summary, **fields)

    def refused(self, status, call, *words, text="", **named):
        with self.assertRaises(JIRAError) as caught:
            call(*words, **named)
        self.assertEqual(caught.exception.status_code, status, caught.exception.text)
        self.assertIn(text, caught.exception.text or "")

    # ---- the site ----

    def test_the_site_and_the_caller_introduce_themselves(self):
        info = self.jira.server_info()
        self.assertEqual(info["deploymentType"], "Cloud" if self.dialect == "cloud" else "Server")
        self.assertEqual(info["baseUrl"], self.sandbox.url)
        me = self.jira.myself()
        self.assertEqual(me["emailAddress"], "admin@example.com")
        self.assertTrue(self.jira.current_user())

    def test_kinds_and_names_are_listed(self):
        self.assertIn("Task", [t.name for t in self.jira.issue_types()])
        self.assertEqual(self.jira.issue_type_by_name("Bug").name, "Bug")
        self.assertEqual(self.jira.issue_type(self.jira.issue_types()[0].id).id, self.jira.issue_types()[0].id)
        self.assertEqual([p.name for p in self.jira.priorities()][0], "Highest")
        self.assertEqual(self.jira.priority(self.jira.priorities()[1].id).name, "High")
        self.assertIn("Done", [r.name for r in self.jira.resolutions()])
        self.assertEqual(self.jira.resolution(self.jira.resolutions()[0].id).name, self.jira.resolutions()[0].name)
        self.assertIn("In Progress", [s.name for s in self.jira.statuses()])
        self.assertEqual(self.jira.status(self.jira.statuses()[0].id).name, self.jira.statuses()[0].name)
        self.assertEqual({c.key for c in self.jira.statuscategories()}, {"undefined", "new", "indeterminate", "done"})
        self.assertIn("summary", [f["id"] for f in self.jira.fields()])
        types = self.jira.issue_link_types()
        self.assertIn("Blocks", [t.name for t in types])
        self.assertEqual(self.jira.issue_link_type(types[0].id).name, types[0].name)

    def test_projects_their_versions_and_components(self):
        self.assertIn("SA", [p.key for p in self.jira.projects()])
        project = self.jira.project("SA")
        self.assertEqual(project.key, "SA")
        self.assertTrue(project.lead.displayName)
        self.refused(404, self.jira.project, "NOPE", text="No project could be found")
        version = self.jira.create_version("1.0 by python", "SA", description="first", releaseDate="2027-01-31")
        self.assertEqual(self.jira.version(version.id).releaseDate, "2027-01-31")
        self.assertIn("1.0 by python", [v.name for v in self.jira.project_versions("SA")])
        self.assertEqual(self.jira.get_project_version_by_name("SA", "1.0 by python").id, version.id)
        issue = self.create(fixVersions=[{"name": "1.0 by python"}])
        self.assertEqual(self.jira.version_count_related_issues(version.id)["issuesFixedCount"], 1)
        self.assertEqual(self.jira.version_count_unresolved_issues(version.id), 1)
        version.update(released=True)
        self.assertTrue(self.jira.version(version.id).released)
        component = self.jira.create_component("Engine by python", "SA", description="turns")
        self.assertIn("Engine by python", [c.name for c in self.jira.project_components("SA")])
        issue.update(fields={"components": [{"name": "Engine by python"}]})
        self.assertEqual(self.jira.component_count_related_issues(component.id), 1)
        component.update(name="Motor by python")
        self.assertEqual(self.jira.component(component.id).name, "Motor by python")
        self.jira.delete_component(component.id)
        self.assertEqual(self.jira.issue(issue.key).fields.components, [])
        self.refused(404, self.jira.component, component.id)

    def test_roles_have_their_people(self):
        roles = self.jira.project_roles("SA")
        self.assertIn("Administrators", roles)
        role = self.jira.project_role("SA", roles["Administrators"]["id"])
        self.assertEqual(role.name, "Administrators")

    def test_rights_are_told(self):
        self.assertTrue(self.rights()["ADD_COMMENTS"]["havePermission"])

    def rights(self):
        return self.jira.my_permissions(projectKey="SA")["permissions"]

    # ---- issues ----

    def test_an_issue_is_made_read_edited_and_deleted(self):
        issue = self.create("First light", description="with *bold* text", labels=["a", "b"], priority={"name": "High"},
                            assignee=self.person("zoe"), duedate="2027-02-28")
        again = self.jira.issue(issue.id)
        self.assertEqual(again.key, issue.key)
        fields = again.fields
        self.assertEqual((fields.summary, fields.labels, fields.priority.name, fields.assignee.displayName, fields.duedate),
                         ("First light", ["a", "b"], "High", "Zoe Archer", "2027-02-28"))
        self.assertIn("bold", str(fields.description))
        self.assertEqual(fields.status.name, "To Do")
        self.assertIsNone(fields.resolution)
        issue.update(summary="Second light", fields={"labels": ["c"]})
        issue.update(update={"labels": [{"add": "d"}]})
        issue.add_field_value("labels", "e")
        again = self.jira.issue(issue.key, fields="summary,labels")
        self.assertEqual((again.fields.summary, sorted(again.fields.labels)), ("Second light", ["c", "d", "e"]))
        self.assertFalse(hasattr(again.fields, "status"))
        self.assertEqual(issue.get_field("summary"), "Second light")
        issue.delete()
        self.refused(404, self.jira.issue, issue.key)

    def test_what_may_not_be_set_is_told_by_field(self):
        with self.assertRaises(JIRAError) as caught:
            self.jira.create_issue(fields={"project": {"key": "SA"}, "issuetype": {"name": "Task"}, "bogus": 1})
        errors = caught.exception.response.json()["errors"]
        self.assertEqual(sorted(errors), ["bogus", "summary"])
        self.refused(400, self.jira.create_issue, project="SA", issuetype={"name": "Nothing"}, summary="x")

    def test_several_issues_are_made_at_once_and_each_tells_how_it_went(self):
        wanted = [{"project": {"key": "SA"}, "issuetype": {"name": "Task"}, "summary": text} for text in ("one", "", "three")]
        made = self.jira.create_issues(wanted)
        self.assertEqual([m["status"] for m in made], ["Success", "Error", "Success"])
        self.assertEqual(made[2]["issue"].fields.summary, "three")

    def test_subtasks_hang_below_their_parent(self):
        parent = self.create("parent")
        child = self.create("child", type="Sub-task", parent={"key": parent.key})
        self.assertEqual(child.fields.parent.key, parent.key)
        self.assertEqual([s.key for s in self.jira.issue(parent.key).fields.subtasks], [child.key])
        self.refused(400, parent.delete)
        parent.delete(deleteSubtasks=True)
        self.refused(404, self.jira.issue, child.key)

    def test_editmeta_and_createmeta_tell_what_can_be_set(self):
        issue = self.create()
        self.assertIn("summary", self.jira.editmeta(issue.key)["fields"])

    def test_an_issue_goes_its_way(self):
        issue = self.create()
        names = {t["name"]: t["id"] for t in self.jira.transitions(issue)}
        self.assertIn("Start Progress", names)
        self.assertEqual(self.jira.find_transitionid_by_name(issue, "Start Progress"), names["Start Progress"])
        for name in ("Start Progress", "Submit for Review"):
            self.jira.transition_issue(issue, name)
        self.jira.transition_issue(issue, "Approve", fields={"resolution": {"name": "Duplicate"}}, comment="that is it")
        again = self.jira.issue(issue.key)
        self.assertEqual((again.fields.status.name, again.fields.resolution.name), ("Done", "Duplicate"))
        self.assertEqual(len(self.jira.comments(issue)), 1)
        with self.assertRaises(JIRAError):
            self.jira.transition_issue(issue, "Approve")
        history = self.jira.issue(issue.key, expand="changelog").changelog.histories
        self.assertEqual(len([i for h in history for i in h.items if i.field == "status"]), 3)

    def test_an_issue_changes_hands(self):
        issue = self.create()
        self.assign(issue, "yan")
        self.assertEqual(self.jira.issue(issue.key).fields.assignee.displayName, "Yan Baker")
        self.jira.assign_issue(issue, None)
        self.assertIsNone(self.jira.issue(issue.key).fields.assignee)

    def assign(self, issue, name):
        self.assertTrue(self.jira.assign_issue(issue.key, name))

    # ---- what hangs on an issue ----

    def test_comments(self):
        issue = self.create()
        first = self.jira.add_comment(issue, "first *words*")
        hidden = self.jira.add_comment(issue.key, "for some", visibility={"type": "role", "value": "Administrators"})
        self.assertEqual(self.jira.comment(issue, hidden.id).visibility.value, "Administrators")
        self.assertEqual([c.id for c in self.jira.comments(issue)], [first.id, hidden.id])
        first.update(body="other words")
        self.assertEqual(self.jira.comment(issue.key, first.id).body, "other words")
        first.update(body="shown to some", visibility={"type": "role", "value": "Administrators"})
        self.assertEqual(self.jira.comment(issue.key, first.id).visibility.type, "role")
        self.assertEqual(first.author.displayName, "Administrator")
        first.delete()
        self.assertEqual([c.id for c in self.jira.comments(issue.key)], [hidden.id])
        self.assertEqual(len(self.jira.issue(issue.key).fields.comment.comments), 1)
        self.refused(404, self.jira.comment, issue.key, first.id)
        self.refused(400, self.jira.add_comment, issue.key, "")

    def test_worklogs(self):
        issue = self.create()
        issue.update(timetracking={"originalEstimate": "2d"})
        log = self.jira.add_worklog(issue, "2h", comment="digging")
        self.assertEqual((log.timeSpent, log.timeSpentSeconds, log.comment), ("2h", 7200, "digging"))
        self.assertEqual(self.jira.issue(issue.key).fields.timetracking.remainingEstimateSeconds, 14 * 3600)
        self.jira.add_worklog(issue, timeSpentSeconds=3600, adjustEstimate="leave")
        self.assertEqual(len(self.jira.worklogs(issue)), 2)
        log.update(timeSpent="3h")
        self.assertEqual(self.jira.worklog(issue, log.id).timeSpentSeconds, 3 * 3600)
        log.delete(adjustEstimate="new", newEstimate="1d")
        self.assertEqual(self.jira.issue(issue.key).fields.timetracking.remainingEstimate, "1d")
        self.refused(400, self.jira.add_worklog, issue, "lunch")

    def test_attachments(self):
        issue = self.create()
        content = bytes(range(256)) * 40
        made = self.jira.add_attachment(issue, io.BytesIO(content), "bytes ä.bin")
        self.assertEqual((made.filename, made.size), ("bytes ä.bin", len(content)))
        self.assertEqual(self.jira.attachment(made.id).filename, "bytes ä.bin")
        listed = self.jira.issue(issue.key).fields.attachment
        self.assertEqual([a.id for a in listed], [made.id])
        self.assertEqual(listed[0].get(), content)
        self.assertEqual(b"".join(listed[0].iter_content(1000)), content)
        self.assertTrue(self.jira.attachment_meta()["enabled"])
        with open(__file__, "rb") as file:
            second = self.jira.add_attachment(issue.key, file)
        self.assertEqual(second.filename, "python_jira_test.py")
        self.jira.delete_attachment(second.id)
        made.delete()
        self.assertEqual(self.jira.issue(issue.key).fields.attachment, [])
        self.refused(404, self.jira.attachment, made.id)

    def test_links_between_issues(self):
        one, two = self.create("one"), self.create("two")
        self.jira.create_issue_link("Blocks", one.key, two.key, comment={"body": "linked"})
        [link] = self.jira.issue(one.key).fields.issuelinks
        self.assertEqual((link.type.outward, link.outwardIssue.key), ("blocks", two.key))
        [back] = self.jira.issue(two.key).fields.issuelinks
        self.assertEqual(back.inwardIssue.key, one.key)
        self.assertEqual(self.jira.issue_link(link.id).inwardIssue.key, one.key)
        self.jira.delete_issue_link(link.id)
        self.assertEqual(self.jira.issue(two.key).fields.issuelinks, [])
        self.refused(404, self.jira.issue_link, link.id)
        self.refused(404, self.jira.create_issue_link, "Blocks", one.key, "SA-99999")

    def test_links_to_elsewhere(self):
        issue = self.create()
        page = {"url": "https://example.org/page", "title": "A page"}
        made = self.jira.add_simple_link(issue, page)
        self.assertEqual(self.jira.remote_link(issue, made.id).object.title, "A page")
        known = self.jira.add_remote_link(issue.key, page, globalId="tandem:1", application={"name": "Elsewhere"},
                                          relationship="mentions")
        links = {str(l.id): l for l in self.jira.remote_links(issue)}
        self.assertEqual(len(links), 2)
        self.assertEqual(links[str(known.id)].globalId, "tandem:1")
        self.assertEqual(links[str(known.id)].relationship, "mentions")
        links[str(known.id)].update(object={"url": "https://example.org/other", "title": "Other"}, globalId="tandem:1")
        self.assertEqual(self.jira.remote_link(issue, known.id).object.title, "Other")
        self.jira.remote_link(issue, made.id).delete()
        self.assertEqual([l.globalId for l in self.jira.remote_links(issue)], ["tandem:1"])

    def test_properties(self):
        issue = self.create()
        self.assertEqual(self.jira.issue_properties(issue), [])
        self.jira.add_issue_property(issue, "com.example", {"n": 1})
        self.jira.add_issue_property(issue.key, "com.example", {"n": 2})
        self.assertEqual([p.key for p in self.jira.issue_properties(issue)], ["com.example"])
        found = self.jira.issue_property(issue, "com.example")
        self.assertEqual(found.value.n, 2)
        found.delete()
        self.refused(404, self.jira.issue_property, issue, "com.example")

    def test_votes_and_watchers(self):
        issue = self.create(reporter=self.person("zoe"))
        self.jira.add_vote(issue)
        self.assertEqual(self.jira.votes(issue).votes, 1)
        self.jira.remove_vote(issue)
        self.assertEqual(self.jira.votes(issue.key).votes, 0)
        before = self.jira.watchers(issue).watchCount
        self.watch(issue)
        self.assertEqual(self.jira.watchers(issue).watchCount, before + 1)
        self.assertIn("Yan Baker", [w.displayName for w in self.jira.watchers(issue).watchers])
        self.unwatch(issue)
        self.assertEqual(self.jira.watchers(issue).watchCount, before)

    def watch(self, issue):
        self.jira.add_watcher(issue, "yan")

    def unwatch(self, issue):
        self.jira.remove_watcher(issue, "yan")

    def test_filters(self):
        made = self.jira.create_filter("python's own", "all of it", "project = SA", favourite=True)
        self.assertEqual(self.jira.filter(made.id).jql, "project = SA")
        self.assertIn(made.id, [f.id for f in self.jira.favourite_filters()])
        self.jira.update_filter(made.id, name="renamed", jql="project = SA ORDER BY key")
        self.assertEqual(self.jira.filter(made.id).name, "renamed")
        made.delete()
        self.refused(400 if self.dialect == "cloud" else 404, self.jira.filter, made.id)

    def test_boards_and_sprints(self):
        kept = self.jira.create_filter("what the board shows", "", "project = SA ORDER BY Rank")
        board = self.jira.create_board("Board by python", kept.id, preset="scrum")
        self.assertIn(board.id, [b.id for b in self.jira.boards(type="scrum")])
        sprint = self.jira.create_sprint("Sprint by python", board.id)
        self.assertEqual((self.jira.sprint(sprint.id).name, sprint.state), ("Sprint by python", "future"))
        issue = self.create()
        self.jira.add_issues_to_sprint(sprint.id, [issue.key])
        self.assertIn(sprint.id, [s.id for s in self.jira.sprints(board.id)])
        self.jira.move_to_backlog([issue.key])
        self.jira.update_sprint(sprint.id, name="Renamed sprint")
        self.assertEqual(self.jira.sprint(sprint.id).name, "Renamed sprint")
        sprint.delete()
        board.delete()  # delete_board of this client forgets the address
        self.assertNotIn(board.id, [b.id for b in self.jira.boards()])


class DataCenter(Client):
    """What only Data Center has, or that client only asks there."""

    def test_search(self):
        marker = self.create("needle in the haystack", labels=["search"])
        others = [self.create(f"search {n}", labels=["search"]) for n in range(4)]
        found = self.jira.search_issues("labels = search ORDER BY key", maxResults=3)
        self.assertEqual(([i.key for i in found], found.total), ([marker.key] + [o.key for o in others[:2]], 5))
        every = self.jira.search_issues("labels = search", maxResults=False)
        self.assertEqual(len(every), 5)
        self.assertEqual([i.key for i in self.jira.search_issues('summary ~ "needle"')], [marker.key])
        [slim] = self.jira.search_issues(f"key = {marker.key}", fields="summary")
        self.assertFalse(hasattr(slim.fields, "labels"))
        raw = self.jira.search_issues(f"key = {marker.key}", json_result=True, expand="changelog")
        self.assertEqual(raw["issues"][0]["changelog"]["total"], 0)
        self.assertEqual(self.jira.search_issues("key = SA-99999", validate_query=False).total, 0)
        self.refused(400, self.jira.search_issues, "bogus = 1", text="Field 'bogus' does not exist")
        self.refused(400, self.jira.search_issues, "project = SA ORDER")

    def test_createmeta(self):
        if self.dialect == "dc8":
            meta = self.jira.createmeta(projectKeys="SA", issuetypeNames="Task", expand="projects.issuetypes.fields")
            self.assertIn("summary", meta["projects"][0]["issuetypes"][0]["fields"])
        else:
            self.refused(404, self.jira.createmeta, projectKeys="SA")

    def test_people_and_groups(self):
        self.assertEqual(self.jira.user("zoe").displayName, "Zoe Archer")
        self.refused(404, self.jira.user, "nobody")
        self.assertEqual([u.name for u in self.jira.search_users("yan@")], ["yan"])
        self.assertIn("zoe", [u.name for u in self.jira.search_assignable_users_for_projects("z", "SA")])
        issue = self.create()
        self.assertIn("zoe", [u.name for u in self.jira.search_assignable_users_for_issues("zoe", issueKey=issue.key)])
        self.assertIn("jira-administrators", self.jira.groups())
        self.assertIn("admin", self.jira.group_members("jira-administrators"))
        self.assertTrue(self.jira.add_group("pythonists"))
        self.assertTrue(self.jira.add_user_to_group("zoe", "pythonists"))
        self.assertEqual(list(self.jira.group_members("pythonists")), ["zoe"])
        self.assertTrue(self.jira.remove_user_from_group("zoe", "pythonists"))
        self.assertTrue(self.jira.remove_group("pythonists"))

    def test_a_session_serves_instead_of_the_password(self):
        client = JIRA(self.sandbox.url, auth=("zoe", "zoe"), max_retries=0)
        self.assertEqual(client.session().name, "zoe")
        self.assertIn("JSESSIONID", client._session.cookies.get_dict())
        client.kill_session()

    def test_a_wrong_password_is_told_at_the_door(self):
        with self.assertRaises(JIRAError) as caught:
            self.connect("yan", "wrong", validate=True)
        self.assertEqual(caught.exception.status_code, 401)

    def test_a_person_sees_what_they_may(self):
        self.admin("POST", "/sandbox/project", {"key": f"HID", "name": "Hidden", "members": ["admin"]})
        ada = self.connect("zoe", "zoe")
        self.assertNotIn("HID", [p.key for p in ada.projects()])
        self.refused(404, ada.project, "HID")

    def test_projects_come_and_go(self):
        self.assertTrue(self.jira.create_project("PYT", "Made by python", assignee="admin"))
        self.assertEqual(self.jira.project("PYT").name, "Made by python")
        self.assertTrue(self.jira.delete_project("PYT"))
        self.refused(404, self.jira.project, "PYT")


    def test_an_issue_shows_more_when_asked(self):
        issue = self.create("in full", description="h1. Title")
        shown = self.jira.issue(issue.key, expand="renderedFields,transitions,names,schema,operations,editmeta")
        self.assertIn("<h1", shown.renderedFields.description)
        self.assertEqual(shown.raw["names"]["summary"], "Summary")
        self.assertTrue(shown.raw["transitions"])
        self.assertEqual(shown.permalink(), f"{self.sandbox.url}/browse/{issue.key}")
        self.assertEqual(self.jira.issue(issue.key.lower()).id, issue.id)

    def test_pages_of_a_search(self):
        keys = [self.create(f"page {n}", labels=["paged"]).key for n in range(7)]
        seen = []
        for start in range(0, 7, 3):
            page = self.jira.search_issues("labels = paged ORDER BY key", startAt=start, maxResults=3)
            self.assertEqual((page.startAt, page.total), (start, 7))
            seen += [i.key for i in page]
        self.assertEqual(seen, keys)
        self.assertEqual(self.jira.search_issues("labels = paged", maxResults=0).total, 7)

    def test_versions_give_their_issues_on(self):
        old, new = (self.jira.create_version(name, "SA") for name in ("old by python", "new by python"))
        issue = self.create(fixVersions=[{"id": old.id}])
        self.jira.move_version(new.id, position="First")
        self.assertEqual(self.jira.project_versions("SA")[0].id, new.id)
        self.jira.rename_version("SA", "old by python", "older by python")
        old.delete(moveFixIssuesTo=new.id)
        self.assertEqual([v.name for v in self.jira.issue(issue.key).fields.fixVersions], ["new by python"])
        self.refused(404, self.jira.version, old.id)

    def test_people_come_and_go(self):
        self.assertTrue(self.jira.add_user("python", "python@example.com", fullname="Python Person", password="secret"))
        self.assertEqual(self.jira.user("python").displayName, "Python Person")
        self.assertTrue(self.jira.delete_user("python"))
        self.refused(404, self.jira.user, "python")

    def test_silent_edits_are_for_those_who_may(self):
        issue = self.create()
        issue.update(notify=False, fields={"summary": "in silence"})
        self.assertEqual(self.jira.issue(issue.key).fields.summary, "in silence")

    def test_epics_hold_issues(self):
        fields = {f["name"]: f["id"] for f in self.jira.fields()}
        epic = self.create("An epic", type="Epic", **({fields["Epic Name"]: "epic"} if "Epic Name" in fields else {}))
        issue = self.create("in the epic")
        self.jira.add_issues_to_epic(epic.id, [issue.key])
        self.assertEqual([i.key for i in self.jira.search_issues(f'"Epic Link" = {epic.key}')], [issue.key])

    def test_schemes_and_pictures_are_shown(self):
        self.assertTrue(self.jira.project_permissionscheme("SA").permissions)
        self.assertIn("system", self.jira.project_avatars("SA"))

    def test_the_first_client_of_an_issue_watches_it(self):
        self.assertTrue(self.jira.watchers(self.create()).isWatching)


class Dc8(DataCenter):
    dialect = "dc8"


class Dc10(DataCenter):
    dialect = "dc10"


class Dc11(Client):
    """Only a token lets in."""

    dialect = "dc11"

    @classmethod
    def admin(cls, method, path, body=None):
        client = JIRA(cls.sandbox.url, token_auth=cls.sandbox.secret, max_retries=0)
        reply = client._session.request(method, cls.sandbox.url + path, json=body)
        return reply.status_code, None

    @classmethod
    def connect(cls, user, secret, **more):
        return JIRA(cls.sandbox.url, token_auth=secret, max_retries=0, **more)

    def test_a_password_is_refused(self):
        self.refused(403, JIRA, self.sandbox.url, basic_auth=("admin", "admin"), max_retries=0, validate=True)


class Cloud(Client):
    """The client speaks v2 here, so text is markup; its search was taken away on Cloud."""

    dialect = "cloud"

    def assign(self, issue, name):
        self.assertTrue(self.jira.assign_issue(issue.key, f"{name}@example.com"))

    def watch(self, issue):
        self.jira.add_watcher(issue, self.account("yan"))

    def unwatch(self, issue):
        self.jira._session.delete(f"{self.sandbox.url}/rest/api/2/issue/{issue.key}/watchers?accountId={self.account('yan')}")

    def rights(self):
        return self.jira.my_permissions(projectKey="SA", permissions="ADD_COMMENTS")["permissions"]

    def test_the_old_search_is_gone(self):
        self.refused(410, self.jira.search_issues, "project = SA", text="search/jql")

    def test_people_are_account_ids(self):
        ada = self.account("zoe")
        self.assertEqual(self.jira.user(ada).displayName, "Zoe Archer")
        self.assertEqual([u.accountId for u in self.jira.search_users(query="zoe")], [ada])


if __name__ == "__main__":
    unittest.main(verbosity=1)
