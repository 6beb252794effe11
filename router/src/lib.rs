//! modtag: the router for inbound Digital Post.
//!
//! The post room: the only crate that touches network, disk and database. In the order of a message's day:

pub mod adviser;
pub mod desk;
pub mod inbox;
pub mod intake;
pub mod journey;
pub mod pull_back;
pub mod room;

pub mod audit;
pub mod content;
pub mod digital_post;
pub mod keys;
pub mod notices;
pub mod organisation;
pub mod own_model;
pub mod store;
pub mod text;
pub mod webhook;

pub mod backup;
pub mod break_glass;
pub mod cli;
pub mod drafting;
pub mod editions;
pub mod insight;
pub mod oversight;
pub mod paper;
pub mod remembered;
pub mod replay;
pub mod responsibility;
pub mod rule_check;
pub mod rule_trial;
pub mod story;
pub mod subject_plan;
pub mod table;
pub mod tokens;
pub mod unseen;
pub mod web;

pub mod clock;
pub mod config;
pub mod setup;
