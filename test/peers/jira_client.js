// jira-client drives the sandbox, as scripts on Data Center do; and its webhooks tell a listener.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const JiraApi = require('jira-client');
const { site, run, listen } = require('./peer.js');

const at = new URL(site.url);
const jira = new JiraApi({
  protocol: 'http', host: at.hostname, port: at.port, apiVersion: '2', strictSSL: false,
  ...(site.dialect === 'dc11' ? { bearer: site.secret } : { username: site.user, password: site.secret }),
});
const isCloud = site.dialect === 'cloud';
const create = (summary, more) => jira.addNewIssue({
  fields: { project: { key: 'SA' }, issuetype: { name: 'Task' }, summary, ...more } });

// The client tells of an error only what the body says.
async function refused(call) {
  const told = await call.then(() => null, (e) => JSON.parse(e.message));
  assert.ok(told, 'this should have been refused');
  return told;
}

const steps = {
  'names are listed': async () => {
    assert.ok((await jira.listProjects()).some((p) => p.key === 'SA'));
    assert.equal((await jira.getProject('SA')).key, 'SA');
    assert.ok((await jira.listFields()).some((f) => f.id === 'summary'));
    assert.ok((await jira.listPriorities()).some((p) => p.name === 'High'));
    assert.ok((await jira.listIssueTypes()).some((t) => t.name === 'Bug'));
    assert.ok((await jira.listStatus()).some((s) => s.name === 'Done'));
    assert.ok((await jira.listIssueLinkTypes()).issueLinkTypes.some((t) => t.name === 'Blocks'));
    assert.equal((await jira.getCurrentUser()).emailAddress, 'admin@example.com');
  },

  'an issue is made, found, edited, and gone': async () => {
    const made = await create('by jira-client', { labels: ['client'] });
    await jira.updateIssue(made.id, { fields: { summary: 'edited' } });
    const issue = await jira.findIssue(made.key);
    assert.deepEqual([issue.fields.summary, issue.fields.labels], ['edited', ['client']]);
    if (!isCloud) {
      const found = await jira.searchJira('labels = client', { fields: ['summary'], maxResults: 5 });
      assert.deepEqual([found.total, found.issues[0].fields.summary], [1, 'edited']);
    }
    await jira.deleteIssue(made.key);
    assert.match((await refused(jira.findIssue(made.key))).errorMessages[0], /issue does not exist/i);
  },

  'what is wrong is told': async () => {
    const answer = await refused(create(''));
    assert.ok(answer.errors.summary);
  },

  'comments and worklogs': async () => {
    const made = await create('talked about');
    const comment = await jira.addComment(made.key, 'first words');
    await jira.updateComment(made.key, comment.id, 'other words');
    assert.equal((await jira.getComment(made.key, comment.id)).body, 'other words');
    assert.equal((await jira.getComments(made.key)).total, 1);
    await jira.deleteComment(made.key, comment.id);
    const log = await jira.addWorklog(made.key, { timeSpent: '2h' });
    assert.equal(log.timeSpentSeconds, 7200);
    await jira.updateWorklog(made.key, log.id, { timeSpent: '1h' });
    assert.equal((await jira.getIssueWorklogs(made.key)).worklogs[0].timeSpentSeconds, 3600);
    await jira.deleteWorklog(made.key, log.id);
  },

  'a file goes up and comes down': async () => {
    const made = await create('with a file');
    if (isCloud) { // this client says nocheck, which only Data Center still takes
      assert.equal(await refused(jira.addAttachmentOnIssue(made.key, fs.createReadStream(__filename))), 'XSRF check failed');
      return;
    }
    const [file] = await jira.addAttachmentOnIssue(made.key, fs.createReadStream(__filename));
    assert.equal(file.filename, 'jira_client.js');
    assert.deepEqual(await jira.downloadAttachment(file), fs.readFileSync(__filename));
    await jira.deleteAttachment(file.id);
    assert.deepEqual((await jira.findIssue(made.key)).fields.attachment, []);
  },

  'issues are linked and go their way': async () => {
    const [one, two] = [await create('one'), await create('two')];
    await jira.issueLink({ type: { name: 'Blocks' }, inwardIssue: { key: one.key }, outwardIssue: { key: two.key } });
    const [link] = (await jira.findIssue(two.key)).fields.issuelinks;
    assert.equal(link.inwardIssue.key, one.key);
    await jira.deleteIssueLink(link.id);
    await jira.createRemoteLink(one.key, { globalId: 'client:1', object: { url: 'https://example.org/', title: 'Elsewhere' } });
    assert.equal((await jira.getRemoteLinks(one.key))[0].object.title, 'Elsewhere');
    const { transitions } = await jira.listTransitions(one.key);
    await jira.transitionIssue(one.key, { transition: { id: transitions.find((t) => t.name === 'Start Progress').id } });
    assert.equal((await jira.findIssue(one.key)).fields.status.name, 'In Progress');
  },

  'versions and components': async () => {
    const version = await jira.createVersion({ name: 'client 1.0', project: 'SA' });
    await jira.updateVersion({ id: version.id, released: true });
    assert.equal((await jira.getVersions('SA')).find((v) => v.id === version.id).released, true);
    const component = await jira.addNewComponent({ name: 'client part', project: 'SA' });
    await jira.updateComponent(component.id, { name: 'renamed' });
    assert.ok((await jira.listComponents('SA')).some((c) => c.name === 'renamed'));
    await jira.deleteComponent(component.id);
  },
};

// The path of Data Center up to 9 and of Cloud; Data Center 10 moved it.
const webhook = async () => {
  const listener = await listen();
  const made = await jira.registerWebhook({ name: 'client', url: listener.url, events: ['jira:issue_created', 'jira:issue_updated'] });
  assert.ok((await jira.listWebhooks()).some((w) => w.name === 'client'));
  const issue = await create('heard of');
  let event = await listener.next();
  assert.deepEqual([event.body.webhookEvent, event.body.issue.key], ['jira:issue_created', issue.key]);
  await jira.updateIssue(issue.key, { fields: { summary: 'heard of again' } });
  event = await listener.next();
  assert.equal(event.body.webhookEvent, 'jira:issue_updated');
  assert.equal(event.body.changelog.items[0].toString, 'heard of again');
  await jira.deleteWebhook(made.self.split('/').pop());
  listener.close();
};
const moved = async () => { assert.equal((await refused(jira.listWebhooks()))['status-code'], 404); };
steps['a webhook tells a listener'] = site.dialect === 'dc8' || isCloud ? webhook : moved;

run(steps);
