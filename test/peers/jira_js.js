// jira.js drives the sandbox: v2 on Data Center; v2, v3 and the document format on Cloud.
const assert = require('node:assert/strict');
const { Version2Client, Version3Client } = require('jira.js');
const { site, refused, run, listen } = require('./peer.js');

const config = {
  host: site.url,
  authentication: site.dialect === 'dc11'
    ? { oauth2: { accessToken: site.secret } }
    : site.dialect === 'cloud'
      ? { basic: { email: site.user, apiToken: site.secret } }
      : { basic: { username: site.user, password: site.secret } },
};
const v2 = new Version2Client(config);
const v3 = new Version3Client(config);
const isCloud = site.dialect === 'cloud';
const text = (words) => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }] });
const create = (summary, more) => v2.issues.createIssue({
  fields: { project: { key: 'SA' }, issuetype: { name: 'Task' }, summary, ...more } });

run({
  'the caller is known': async () => {
    assert.equal((await v2.myself.getCurrentUser()).emailAddress, 'admin@example.com');
    const info = await v2.serverInfo.getServerInfo();
    assert.equal(info.deploymentType, isCloud ? 'Cloud' : 'Server');
  },

  'an issue is made, read, edited, and gone': async () => {
    const made = await create('by jira.js', { labels: ['js'], description: 'with *bold*' });
    let issue = await v2.issues.getIssue({ issueIdOrKey: made.key, fields: ['summary', 'labels'], expand: 'names' });
    assert.deepEqual([issue.fields.summary, issue.fields.labels, issue.names.summary], ['by jira.js', ['js'], 'Summary']);
    await v2.issues.editIssue({ issueIdOrKey: made.key, fields: { summary: 'edited' }, update: { labels: [{ add: 'more' }] } });
    issue = await v2.issues.getIssue({ issueIdOrKey: made.id });
    assert.deepEqual([issue.fields.summary, issue.fields.labels.sort()], ['edited', ['js', 'more']]);
    await v2.issues.deleteIssue({ issueIdOrKey: made.key });
    const gone = await refused(404, v2.issues.getIssue({ issueIdOrKey: made.key }));
    assert.match(gone.errorMessages[0], /issue does not exist/i);
  },

  'what is wrong with a field is told': async () => {
    const answer = await refused(400, create('', { bogus: 1 }));
    assert.deepEqual(Object.keys(answer.errors).sort(), ['bogus', 'summary']);
  },

  'several are made at once': async () => {
    const answer = await v2.issues.createIssues({ issueUpdates: ['one', 'two'].map((summary) => ({
      fields: { project: { key: 'SA' }, issuetype: { name: 'Task' }, summary } })) });
    assert.equal(answer.issues.length, 2);
    assert.deepEqual(answer.errors, []);
  },

  'an issue goes its way': async () => {
    const made = await create('on its way');
    const { transitions } = await v2.issues.getTransitions({ issueIdOrKey: made.key });
    const start = transitions.find((t) => t.name === 'Start Progress');
    await v2.issues.doTransition({ issueIdOrKey: made.key, transition: { id: start.id } });
    const issue = await v2.issues.getIssue({ issueIdOrKey: made.key, expand: 'changelog' });
    assert.equal(issue.fields.status.name, 'In Progress');
    assert.ok(issue.changelog.histories.some((h) => h.items.some((i) => i.field === 'status')));
  },

  'comments': async () => {
    const made = await create('talked about');
    const first = await v2.issueComments.addComment({ issueIdOrKey: made.key, comment: 'first words' });
    await v2.issueComments.updateComment({ issueIdOrKey: made.key, id: first.id, comment: 'other words' });
    const page = await v2.issueComments.getComments({ issueIdOrKey: made.key, maxResults: 10 });
    assert.deepEqual(page.comments.map((c) => c.body), ['other words']);
    await v2.issueComments.deleteComment({ issueIdOrKey: made.key, id: first.id });
    await refused(404, v2.issueComments.getComment({ issueIdOrKey: made.key, id: first.id }));
  },

  'attachments': async () => {
    const made = await create('with a file');
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, i) => i % 256));
    const [file] = await v2.issueAttachments.addAttachment({
      issueIdOrKey: made.key, attachment: { filename: 'bytes ä.bin', file: bytes } });
    assert.deepEqual([file.filename, file.size], ['bytes ä.bin', 3000]);
    const meta = await v2.issueAttachments.getAttachment({ id: file.id });
    assert.equal(typeof meta.id, isCloud ? 'number' : 'string');
    if (isCloud)
      assert.deepEqual(Buffer.from(await v2.issueAttachments.getAttachmentContent({ id: file.id })), bytes);
    await v2.issueAttachments.removeAttachment({ id: file.id });
    await refused(404, v2.issueAttachments.getAttachment({ id: file.id }));
  },

  'links, here and elsewhere': async () => {
    const [one, two] = [await create('one'), await create('two')];
    await v2.issueLinks.linkIssues({ type: { name: 'Blocks' }, inwardIssue: { key: one.key }, outwardIssue: { key: two.key } });
    const { fields } = await v2.issues.getIssue({ issueIdOrKey: one.key });
    assert.equal(fields.issuelinks[0].outwardIssue.key, two.key);
    await v2.issueLinks.deleteIssueLink({ linkId: fields.issuelinks[0].id });
    const object = { url: 'https://example.org/', title: 'Elsewhere' };
    const made = await v2.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: one.key, globalId: 'js:1', object });
    const again = await v2.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: one.key, globalId: 'js:1', object });
    assert.equal(again.id, made.id);
    assert.equal(typeof made.id, 'number');
  },

  'worklogs': async () => {
    const made = await create('worked on');
    const log = await v2.issueWorklogs.addWorklog({ issueIdOrKey: made.key, timeSpent: '1h 30m', started: '2026-11-20T10:00:00.000+0000' });
    assert.equal(log.timeSpentSeconds, 5400);
    assert.equal((await v2.issueWorklogs.getIssueWorklog({ issueIdOrKey: made.key })).total, 1);
  },

  'properties': async () => {
    const made = await create('marked');
    await v2.issueProperties.setIssueProperty({ issueIdOrKey: made.key, propertyKey: 'js.mark', propertyValue: { n: 1 } });
    const mark = await v2.issueProperties.getIssueProperty({ issueIdOrKey: made.key, propertyKey: 'js.mark' });
    assert.deepEqual(mark.value, { n: 1 });
  },

  'search': async () => {
    const made = await create('found by its label', { labels: ['jsneedle'] });
    if (!isCloud) {
      const found = await v2.issueSearch.searchForIssuesUsingJqlPost({ jql: 'labels = jsneedle', fields: ['summary'] });
      assert.deepEqual([found.total, found.issues[0].key], [1, made.key]);
      await refused(400, v2.issueSearch.searchForIssuesUsingJql({ jql: 'labels =' }));
      return;
    }
    await refused(410, v2.issueSearch.searchForIssuesUsingJql({ jql: 'project = SA' }));
    // The POST of this version of the client still asks the resource that is gone.
    await refused(410, v3.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({ jql: 'project = SA' }));
    const found = await v3.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: 'labels = jsneedle', fields: ['summary'] });
    assert.deepEqual([found.isLast, found.issues.map((i) => i.key)], [true, [made.key]]);
    let token, keys = [];
    do {
      const page = await v3.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: 'project = SA', fields: ['key'], maxResults: 4, nextPageToken: token });
      keys = keys.concat(page.issues.map((i) => i.key));
      token = page.nextPageToken;
    } while (token);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal((await v3.issueSearch.countIssues({ jql: 'project = SA' })).count, keys.length);
  },

  ...(isCloud && {
    'v3 speaks the document format': async () => {
      const made = await v3.issues.createIssue({ fields: { project: { key: 'SA' }, issuetype: { name: 'Task' }, summary: 'v3', description: text('a paragraph') } });
      const issue = await v3.issues.getIssue({ issueIdOrKey: made.key });
      assert.equal(issue.fields.description.content[0].content[0].text, 'a paragraph');
      const comment = await v3.issueComments.addComment({ issueIdOrKey: made.key, comment: text('said') });
      assert.equal(comment.body.type, 'doc');
      const bulk = await v3.issues.bulkFetchIssues({ issueIdsOrKeys: [made.key, 'SA-99999'], fields: ['summary'] });
      assert.equal(bulk.issues[0].key, made.key);
      const log = await v3.issues.getChangeLogs({ issueIdOrKey: made.key });
      assert.equal(log.isLast, true);
    },

    'projects come in pages': async () => {
      const page = await v3.projects.searchProjects({ maxResults: 1 });
      assert.equal(page.values[0].key, 'SA');
      assert.equal((await v3.projects.getProject({ projectIdOrKey: 'SA' })).style, 'classic');
    },

    'dynamic webhooks are for apps alone': async () => {
      await refused(403, v3.webhooks.getDynamicWebhooksForApp());
    },
  }),
});
