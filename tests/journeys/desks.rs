//! The desks in the browser, over HTTP: who gets in, what each sees, and what nobody can make a page do.

mod api;
mod api_pace;
mod api_rules;
mod aside;
mod break_glass;
mod described;
mod hostile;
mod insight;
mod keyboard;
mod looks;
mod mine;
mod notices;
mod oidc;
mod post;
mod provider;
mod pulling_back;
pub(crate) mod records;
mod rule_pages;
mod splitting;
mod tokens;
mod walk;
mod without_mouse;
