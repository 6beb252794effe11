//! The desks in the browser, over HTTP: who gets in, what each sees, and what nobody can make a page do.

mod api;
mod break_glass;
mod described;
mod hostile;
mod keyboard;
mod looks;
mod mine;
mod oidc;
mod post;
mod pulling_back;
pub(crate) mod records;
mod tokens;
mod walk;
