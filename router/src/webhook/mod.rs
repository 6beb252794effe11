//! Webhooks: other systems are told that a letter was decided, and told so that they can believe it.
//!
//! A call is a small JSON body, signed as Standard Webhooks has it (<https://www.standardwebhooks.com>): the same `webhook-id`
//! at every attempt, so that a receiver who has seen it can say yes and do nothing. What comes back is sorted into three: done,
//! later, and a person must look.
//!
//! **Deliberately absent:** anything about whom the letter is from, to or about, its title and its text; whoever needs those
//! asks for them and is logged. No address comes from a message or a rule, no redirect is followed, the environment's proxies
//! are not used, and neither secret, body nor answer is logged. When to call and how often is the journey's business.

mod answer;
mod body;
mod client;
mod signature;

pub use answer::{Refusal, Setback};
pub use body::{Marked, Told};
pub use client::{OpenError, Target, Webhooks};
pub use signature::SigningKeys;
