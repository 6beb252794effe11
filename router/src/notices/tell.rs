//! Tell: notices under way, each told until somebody has it or a day has gone.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::gather::Whom;
use super::words::Said;
use super::{MAIL, Setback};
use crate::room::PostRoom;
use crate::store::StoreError;
use crate::store::message::Lease;
use crate::store::notice::{CameOut, NoticeRow};

/// Notices on one channel at a time.
const AT_ONCE: u32 = 4;

/// When a notice is given up.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The first pause, doubled each time up to an hour.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// Longest that a claim is needed: no way takes longer over one notice.
const CLAIM: SignedDuration = SignedDuration::from_mins(3);

/// Tells what is due on a channel.
pub(super) async fn tell(room: &PostRoom, channel: &str, stop: impl Fn() -> bool) -> Result<(), StoreError> {
    while !stop() {
        let now = room.clock.now();
        let until = now.saturating_add(CLAIM).unwrap_or(Timestamp::MAX).max(room.lease_end());
        let lease = Lease { until, ..room.lease() };
        let claimed = room.store.claim_notices(channel, &lease, now, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        for came in join_all(claimed.iter().map(|notice| one(room, notice))).await {
            came?;
        }
    }
    Ok(())
}

async fn one(room: &PostRoom, notice: &NoticeRow) -> Result<(), StoreError> {
    let came = match said(room, notice).await? {
        Some((whom, said)) => {
            let told = match notice.channel.as_str() {
                MAIL => by_mail(room, notice, &whom, &said).await,
                _ => in_teams(room, notice, &said).await,
            };
            after(notice, told, room.clock.now())
        }
        None => CameOut::Void,
    };
    let result = match &came {
        CameOut::Done => "done",
        CameOut::Void => "void",
        CameOut::Later(_, why) => {
            tracing::warn!(notice.id = %notice.id, channel = %notice.channel, attempts = notice.attempts + 1, why, "notice not told");
            "not-yet"
        }
        CameOut::Failed(why) => {
            tracing::error!(notice.id = %notice.id, channel = %notice.channel, attempts = notice.attempts + 1, why, "notice given up");
            "failed"
        }
    };
    let now = room.clock.now();
    let mut tx = room.store.begin().await?;
    tx.notice_came_out(notice, &came, now).await?;
    tx.commit(now).await?;
    metrics::counter!("modtag_notices_total", "channel" => notice.channel.clone(), "result" => result)
        .increment(1);
    Ok(())
}

/// Whom a notice is to be told, and what there is still to say; worked out anew at each attempt.
async fn said(room: &PostRoom, notice: &NoticeRow) -> Result<Option<(Whom, Said)>, StoreError> {
    let wish = room.store.wish(&notice.channel, &notice.receiver).await?;
    let Some(wish) = wish.filter(|wish| wish.pace != "never") else { return Ok(None) };
    let Some(whom) = Whom::of(room, &wish)? else { return Ok(None) };
    let mut letters = room.store.still_unseen(&notice.id).await?;
    letters.retain(|letter| whom.told().may_see(letter));
    if letters.is_empty() {
        return Ok(None);
    }
    let said = Said::of(&letters, &room.policy(), room.clock.now());
    Ok(Some((whom, said)))
}

async fn by_mail(room: &PostRoom, notice: &NoticeRow, whom: &Whom, said: &Said) -> Result<(), Setback> {
    let Some(mailer) = &room.notices.mail else { return Err(Setback::Never("e-mail er ikke sat op")) };
    let (desk, choices) = (room.notices.page("/mine"), room.notices.page("/mine/besked"));
    let deadline = if said.deadline.is_empty() { String::new() } else { format!("{}\n", said.deadline) };
    let text = format!(
        "{}\n{deadline}\nSe dem på {desk}\n\nHvor ofte du får besked, vælger du selv på {choices}\n",
        said.news
    );
    mailer.send(&notice.id, &whom.address, text, room.clock.now()).await
}

async fn in_teams(room: &PostRoom, notice: &NoticeRow, said: &Said) -> Result<(), Setback> {
    match room.notices.teams.get(&notice.receiver) {
        Some(channel) => channel.tell(&notice.id, said, &room.notices.page("/mine")).await,
        None => Err(Setback::Never("enheden har ingen kanal")),
    }
}

fn after(notice: &NoticeRow, told: Result<(), Setback>, now: Timestamp) -> CameOut {
    let old = now.duration_since(notice.made_at()) >= GIVEN_UP_AFTER;
    match told {
        Ok(()) => CameOut::Done,
        Err(Setback::Never(why)) => CameOut::Failed(why),
        Err(Setback::Later(why)) if old => CameOut::Failed(why),
        Err(Setback::Later(why)) => {
            let doubled = 1_i32 << notice.attempts.clamp(0, 6);
            let pause = (PAUSE * doubled).min(SignedDuration::from_hours(1));
            CameOut::Later(now.saturating_add(pause).unwrap_or(now), why)
        }
    }
}
