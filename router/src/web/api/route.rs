//! A route and its description, made together: whom it lets in, what it takes and what it answers.

use std::collections::BTreeMap;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Schema};
use utoipa::{IntoParams, ToSchema};

use super::describe::{Refusal, SCHEME};
use crate::tokens::Scope;
use crate::web::Pages;
use crate::web::door::{Door, Needs};

/// A route of the interface.
pub(super) struct Route {
    /// Whom it lets in.
    pub(super) door: Door,
    /// What answers.
    pub(super) handler: MethodRouter<Pages>,
    /// Schemas that its description refers to.
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    responses: BTreeMap<&'static str, RefOr<Response>>,
}

impl Route {
    /// What is asked for.
    pub(super) fn get<H, T>(path: &'static str, scope: Scope, handler: H) -> Self
    where
        H: Handler<T, Pages>,
        T: 'static,
    {
        Self::of(Door { method: "GET", path, needs: Needs::Scope(scope) }, get(handler))
    }

    /// What is done, or asked for with a body.
    pub(super) fn post<H, T>(path: &'static str, scope: Scope, handler: H) -> Self
    where
        H: Handler<T, Pages>,
        T: 'static,
    {
        Self::of(Door { method: "POST", path, needs: Needs::Scope(scope) }, post(handler))
    }

    /// What everybody may ask for.
    pub(super) fn open<H, T>(path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Pages>,
        T: 'static,
    {
        Self::of(Door { method: "GET", path, needs: Needs::Nothing }, get(handler))
    }

    fn of(door: Door, handler: MethodRouter<Pages>) -> Self {
        let mut route = Self {
            door,
            handler,
            schemas: Vec::new(),
            tag: "",
            id: "",
            summary: "",
            description: "",
            parameters: segments(door.path),
            body: None,
            responses: BTreeMap::new(),
        };
        if !route.parameters.is_empty() {
            route = route.or(Refusal::NotFound);
        }
        match door.needs {
            Needs::Scope(_) => {
                let route = route.or(Refusal::Unauthorized).or(Refusal::Forbidden);
                route.or(Refusal::TooMany).or(Refusal::Unavailable)
            }
            _ => route,
        }
        .or(Refusal::Unexpected)
    }

    /// Its resource, its name for programs, and what it does (Danish).
    pub(super) fn named(self, tag: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self { tag, id, summary, ..self }
    }

    /// What is worth knowing beside (Danish).
    pub(super) fn more(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// Takes a query.
    pub(super) fn asks<Q: IntoParams>(mut self) -> Self {
        self.parameters.extend(Q::into_params(|| Some(ParameterIn::Query)));
        self.or(Refusal::Invalid)
    }

    /// Takes a header field.
    pub(super) fn header(mut self, name: &str, description: &str, longest: usize) -> Self {
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .min_length(Some(1))
            .max_length(Some(longest))
            .pattern(Some("^[!-~]+$"));
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
        let parameter =
            parameter.required(Required::True).description(Some(description)).schema(Some(schema));
        self.parameters.push(parameter.build());
        self.or(Refusal::Invalid)
    }

    /// Takes a JSON body.
    pub(super) fn takes<B: ToSchema>(mut self, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(self.schema::<B>())).example(Some(example)).build();
        let body = RequestBodyBuilder::new().content("application/json", content);
        self.body = Some(body.required(Some(Required::True)).build());
        self.or(Refusal::Malformed).or(Refusal::TooLarge).or(Refusal::NotJson).or(Refusal::Invalid)
    }

    /// Answers with JSON.
    pub(super) fn answers<A: ToSchema>(mut self, description: &str, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(self.schema::<A>())).example(Some(example)).build();
        self.answer(
            "200",
            ResponseBuilder::new().description(description).content("application/json", content),
        )
    }

    /// Answers that it is done, and nothing else.
    pub(super) fn answers_nothing(self) -> Self {
        self.answer(
            "204",
            ResponseBuilder::new().description("Det er gjort, eller det var gjort i forvejen."),
        )
    }

    /// Answers with the bytes of a document.
    pub(super) fn answers_document(self) -> Self {
        let bytes = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let content = ContentBuilder::new().schema(Some(bytes)).build();
        let response = ResponseBuilder::new().description("Dokumentet, som det blev sendt.");
        self.answer("200", response.content("application/octet-stream", content))
    }

    fn answer(mut self, status: &'static str, response: ResponseBuilder) -> Self {
        self.responses.insert(status, response.build().into());
        self
    }

    /// Can be refused like this as well.
    pub(super) fn or(mut self, refusal: Refusal) -> Self {
        self.responses.insert(refusal.status(), Ref::from_response_name(refusal.name()).into());
        self
    }

    fn schema<S: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((S::name().into_owned(), S::schema()));
        S::schemas(&mut self.schemas);
        Ref::from_schema_name(S::name()).into()
    }

    /// Its description.
    pub(super) fn operation(&self) -> Operation {
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .request_body(self.body.clone());
        if !self.description.is_empty() {
            operation = operation.description(Some(self.description));
        }
        if !self.parameters.is_empty() {
            operation = operation.parameters(Some(self.parameters.clone()));
        }
        for (status, response) in &self.responses {
            operation = operation.response(*status, response.clone());
        }
        operation = match self.door.needs {
            Needs::Scope(scope) => operation.security(SecurityRequirement::new(SCHEME, [scope.as_str()])),
            _ => operation.securities(Some([])),
        };
        operation.build()
    }
}

/// The parts of a path that stand for something.
fn segments(path: &str) -> Vec<Parameter> {
    let named = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    named.map(segment).collect()
}

fn segment(name: &str) -> Parameter {
    let string = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let (schema, description, example) = match name {
        "content" => (
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::Integer))
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(0)),
            "Dokumentets nummer i meddelelsen",
            json!(0),
        ),
        "number" => (
            ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::Integer))
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                .minimum(Some(1)),
            "Udgavens nummer",
            json!(1),
        ),
        _ => (
            string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
            "Vores id på meddelelsen",
            json!("018f0000-0000-7000-8000-000000000000"),
        ),
    };
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
    let parameter = parameter.required(Required::True).description(Some(description));
    parameter.schema(Some(schema)).example(Some(example)).build()
}
