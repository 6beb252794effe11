//! Digital Post: delivers each message until it is acknowledged, some of them again, several at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Plan;
use super::mail::Mail;
use super::power::Power;
use crate::dice::Dice;

/// Deliveries under way at a time.
const SENDERS: usize = 8;

/// What delivering came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Delivered {
    /// Acknowledged deliveries.
    pub(super) acknowledged: usize,
    /// Of these, of messages that were acknowledged before.
    pub(super) again: usize,
    /// Attempts without an answer or with a refusal.
    pub(super) failed: usize,
    /// Answers that did not name the message.
    pub(super) wrong: Vec<String>,
}

/// Delivers everything, spread over the kills.
pub(super) async fn deliver(plan: &Plan, mail: &Arc<Vec<Mail>>, power: &Power) -> Delivered {
    let order = Arc::new(order(mail, plan.seed));
    let next = Arc::new(AtomicUsize::new(0));
    let http =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().expect("a client");
    let mut senders = Vec::with_capacity(SENDERS);
    for sender in 0..SENDERS {
        senders.push(send_from(sender, plan, mail, &order, &next, power, &http));
    }
    let mut all = Delivered::default();
    for one in futures::future::join_all(senders).await {
        all.acknowledged += one.acknowledged;
        all.again += one.again;
        all.failed += one.failed;
        all.wrong.extend(one.wrong);
    }
    all
}

/// Which message is delivered when: once each in order, and some once more, later.
fn order(mail: &[Mail], seed: u64) -> Vec<(usize, bool)> {
    let mut dice = Dice::new(seed ^ 0x0d3e);
    let mut order: Vec<(usize, usize, bool)> =
        (0..mail.len()).map(|number| (number, number, false)).collect();
    for (number, mail) in mail.iter().enumerate() {
        if mail.comes_again {
            // At once, or a good while after.
            order.push((number + usize::try_from(dice.below(60)).unwrap_or(0), number, true));
        }
    }
    order.sort_by_key(|(at, number, again)| (*at, *number, *again));
    order.into_iter().map(|(_, number, again)| (number, again)).collect()
}

#[allow(clippy::too_many_arguments)]
async fn send_from(
    sender: usize,
    plan: &Plan,
    mail: &[Mail],
    order: &[(usize, bool)],
    next: &AtomicUsize,
    power: &Power,
    http: &reqwest::Client,
) -> Delivered {
    let mut dice = Dice::new(plan.seed ^ (0x5e4d_0000 + sender as u64));
    let mut delivered = Delivered::default();
    loop {
        let at = next.fetch_add(1, Ordering::SeqCst);
        let Some((number, again)) = order.get(at) else { return delivered };
        // The last messages come with the last kills.
        power.killed(at * plan.kills / order.len()).await;
        let mail = &mail[*number];
        loop {
            match send(http, mail, power, &mut dice).await {
                Some(answer) => {
                    delivered.acknowledged += 1;
                    delivered.again += usize::from(*again);
                    if answer != mail.uuid.to_string() {
                        delivered.wrong.push(format!("message {number} was answered with \"{answer}\""));
                    }
                    break;
                }
                None => {
                    delivered.failed += 1;
                    tokio::time::sleep(dice.between(10, 80)).await;
                }
            }
        }
    }
}

/// One attempt: the answer's body when it is a yes.
async fn send(http: &reqwest::Client, mail: &Mail, power: &Power, dice: &mut Dice) -> Option<String> {
    const BOUNDARY: &str = "----the-end-of-a-part----";
    let address = power.address(dice)?;
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
         Content-Type: application/xml\r\n\r\n",
        mail.uuid
    )
    .into_bytes();
    body.extend_from_slice(&mail.bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let response = http
        .post(format!("http://{address}/recipient-system"))
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(body)
        .send()
        .await
        .ok()?;
    if response.status().as_u16() != 200 {
        return None;
    }
    let answer = response.bytes().await.ok()?;
    String::from_utf8(answer.to_vec()).ok()
}
