//! Journeys: the post room from the outside, on both databases. One binary, a room for each subject.

#![allow(unreachable_pub, reason = "everything in a test binary is")]

mod house;
mod program;

mod absence;
mod desks;
mod editions;
mod faulty_rules;
mod kle;
mod law;
mod on_its_way;
mod own_model;
mod replay;
mod responsibility;
mod taking_in;
mod unmarked;
mod unseen;

mod canary;
mod command_line;
mod demo;
mod examples;
mod kill;
mod organisation;
mod postgres_rows;

mod documents;
mod keeping;
mod trouble;
mod webhooks;
