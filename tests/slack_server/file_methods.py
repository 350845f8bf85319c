"""files.*: the three steps in which a file gets into a channel."""

from __future__ import annotations

from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.world import Channel, Message, Upload

IMAGES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml"}


@method(
    "files.getUploadURLExternal",
    scopes="files:write",
    required="filename length",
    optional="alt_txt snippet_type",
    tier=4,
)
def upload_url(call: Call) -> Json:
    """See Slack's reference."""
    length = call.given.whole("length", 0)
    if length < 1:
        raise Refusal("invalid_arguments", "must be more than 0 [json-pointer:/length]")
    alt = call.given.text("alt_txt")
    if len(alt) > 1_000:
        raise Refusal("alt_txt_too_large")
    upload = Upload(call.world.id("F"), call.installation, call.given.text("filename"), length, alt)
    call.world.uploads[upload.id] = upload
    return {"upload_url": f"{call.slack.url}/upload/v1/{upload.id}", "file_id": upload.id}


@method(
    "files.completeUploadExternal",
    scopes="files:write",
    required="files",
    optional="channel_id channels initial_comment thread_ts blocks",
    tier=4,
    takes_json=True,
)
def complete(call: Call) -> Json:
    """See Slack's reference: the file is shared as a message of its own."""
    wanted = call.given.json("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise Refusal("invalid_arguments", "must provide an array [json-pointer:/files]")
    uploads = [_uploaded(call, str(one.get("id"))) for one in wanted]
    for upload, one in zip(uploads, wanted, strict=True):
        upload.title = str(one.get("title") or upload.name)
    names = call.given.words("channels") or call.given.words("channel_id")
    channels = [_shared_in(call, name) for name in names]
    shown = [file_json(one) for one in uploads]
    for channel in channels:
        thread = call.given.ts("thread_ts")
        root = channel.message(thread) if thread else None
        if thread and root is None:
            raise Refusal("invalid_thread_ts")
        message = Message(
            channel,
            channel.stamp(call.slack.now()),
            call.bot.id,
            call.given.text("initial_comment"),
            bot_id=call.bot.bot_id,
            app=call.app.id,
            thread_ts=root.thread_ts or root.ts if root else "",
            files=shown,
            team=call.bot.team.id,
        )
        for upload in uploads:
            upload.shared_in.append(channel.id)
        call.slack.posted(message)
    return {"files": [file_json(one) for one in uploads]}


@method("files.info", scopes="files:read", required="file", optional="count cursor limit page", tier=4)
def info(call: Call) -> Json:
    """See Slack's reference."""
    found = call.world.uploads.get(call.given.text("file"))
    if found is None or found.content is None:
        raise Refusal("file_not_found")
    return {"file": file_json(found)}


@method("files.delete", scopes="files:write", required="file", takes_json=True)
def delete(call: Call) -> Json:
    """See Slack's reference."""
    found = call.world.uploads.get(call.given.text("file"))
    if found is None:
        raise Refusal("file_not_found")
    if found.installation is not call.installation:
        raise Refusal("cant_delete_file")
    del call.world.uploads[found.id]
    for channel in call.world.channels.values():
        for message in channel.messages:
            message.files = [one for one in message.files if one["id"] != found.id]
    call.slack.changed()
    return {}


def file_json(upload: Upload) -> Json:
    """A file object."""
    ending = upload.name.rpartition(".")[2].lower()
    return {
        "id": upload.id,
        "created": 1_700_000_000,
        "name": upload.name,
        "title": upload.title or upload.name,
        "mimetype": IMAGES.get(ending, "application/octet-stream"),
        "filetype": ending,
        "user": upload.installation.bot.id,
        "size": upload.length,
        "mode": "hosted",
        "is_external": False,
        "alt_txt": upload.alt_text,
        "channels": list(upload.shared_in),
        "permalink": f"https://files.slack.com/{upload.id}",
    }


def _uploaded(call: Call, known: str) -> Upload:
    found = call.world.uploads.get(known)
    if found is None or found.installation is not call.installation or found.content is None:
        raise Refusal("file_not_found")
    return found


def _shared_in(call: Call, known: str) -> Channel:
    found = call.world.channels.get(known)
    inside = found is not None and call.bot.id in found.members
    if found is None or not (inside or (found.kind == "channel" and call.sees(found.team))):
        raise Refusal("channel_not_found")
    if not inside:
        raise Refusal("not_in_channel")
    if found.archived:
        raise Refusal("is_archived")
    return found
