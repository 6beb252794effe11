//! The model as an ONNX graph: gather the letter's rows, weigh them, add them up per label.
//!
//! | input | | |
//! |---|---|---|
//! | `rows` | int64 \[n\] | numbers of the rows that the letter's features own |
//! | `values` | float \[n\] | weight of the feature each row belongs to |
//!
//! Output `scores`, float \[labels\]. The graph is sparse: it touches the letter's rows and nothing else. The
//! same file carries what is needed to get from a letter to rows (`vocabulary.*`, `first_row`: initializers
//! that no node reads) and from scores to suggestions (metadata `modtag`), so that one hash covers all of it.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

use super::table::{Table, WIDTH};
use super::tensor::{self, NotTensor};
use crate::features::Vocabulary;

/// What stands in a model file, taken apart.
pub(super) struct Parts {
    pub(super) vocabulary: Vocabulary,
    pub(super) table: Table,
    /// Labels, blend and calibration, as JSON.
    pub(super) sheet: String,
    /// The graph with what it needs itself, for the program that runs it.
    pub(super) graph: ModelProto,
}

/// The bytes are not a model of ours.
#[derive(Debug, thiserror::Error)]
pub enum NotModel {
    /// Not ONNX at all.
    #[error("not an ONNX file")]
    NotOnnx(#[source] prost::DecodeError),
    /// ONNX, but without a part that we need.
    #[error("the ONNX file lacks {0}, so it is not a modtag model")]
    Lacks(&'static str),
    /// A part is there and unsound.
    #[error("the model file is damaged: {0}")]
    Unsound(String),
    /// The graph cannot be run.
    #[error("the model's graph cannot be run: {0}")]
    NotRun(String),
}

impl From<NotTensor> for NotModel {
    fn from(NotTensor(name): NotTensor) -> Self {
        Self::Lacks(name)
    }
}

/// Feeds nothing but the host; see the module's words.
const FOR_THE_HOST: [&str; 3] = ["vocabulary.hashes", "vocabulary.idf", "first_row"];
/// Key of the metadata.
const SHEET: &str = "modtag";
/// First with `reduction` of `ScatterElements`.
const OPSET: i64 = 16;
const IR_VERSION: i64 = 8;

/// The file.
pub(super) fn write(vocabulary: &Vocabulary, table: &Table, sheet: &str) -> Vec<u8> {
    ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        producer_name: "modtag".to_owned(),
        graph: Some(graph(vocabulary, table)),
        metadata_props: vec![StringStringEntryProto { key: SHEET.to_owned(), value: sheet.to_owned() }],
        ..ModelProto::default()
    }
    .encode_to_vec()
}

/// Takes a file apart.
pub(super) fn read(bytes: &[u8]) -> Result<Parts, NotModel> {
    let mut graph = ModelProto::decode(bytes).map_err(NotModel::NotOnnx)?;
    let sheet = graph.metadata_props.iter().find(|entry| entry.key == SHEET);
    let sheet = sheet.ok_or(NotModel::Lacks("the metadata 'modtag'"))?.value.clone();
    let tensors = &mut graph.graph.as_mut().ok_or(NotModel::Lacks("a graph"))?.initializer;
    let table = Table {
        first_row: tensor::u32s(tensors, "first_row")?,
        labels: tensor::i16s(tensors, "labels")?,
        weights: tensor::i8s(tensors, "weights")?,
        scale: tensor::f32s(tensors, "scale")?,
        bias: tensor::f32s(tensors, "bias")?,
    };
    let hashes = tensor::u32s(tensors, "vocabulary.hashes")?;
    let vocabulary = Vocabulary::new(hashes, tensor::f32s(tensors, "vocabulary.idf")?);
    tensors.retain(|tensor| !FOR_THE_HOST.contains(&tensor.name.as_str()));
    Ok(Parts {
        vocabulary: vocabulary.map_err(|why| NotModel::Unsound(why.to_string()))?,
        table: table.checked().map_err(|why| NotModel::Unsound(why.to_string()))?,
        sheet,
        graph,
    })
}

fn graph(vocabulary: &Vocabulary, table: &Table) -> GraphProto {
    let pairs = [(table.labels.len() / WIDTH) as i64, WIDTH as i64];
    let labels = table.bias.len() as i64;
    GraphProto {
        name: "kle".to_owned(),
        input: vec![value("rows", DataType::Int64, None), value("values", DataType::Float, None)],
        output: vec![value("scores", DataType::Float, Some(labels))],
        initializer: vec![
            tensor::of_i16s("labels", &pairs, &table.labels),
            tensor::of_i8s("weights", &pairs, &table.weights),
            tensor::of_f32s("scale", &table.scale),
            tensor::of_f32s("bias", &table.bias),
            tensor::of_f32s("zeros", &vec![0.0; table.bias.len()]),
            tensor::of_i64s("flat", &[-1]),
            tensor::of_i64s("upright", &[-1, 1]),
            tensor::of_u32s("first_row", &table.first_row),
            tensor::of_u32s("vocabulary.hashes", vocabulary.hashes()),
            tensor::of_f32s("vocabulary.idf", vocabulary.idf()),
        ],
        node: nodes(),
        ..GraphProto::default()
    }
}

fn nodes() -> Vec<NodeProto> {
    vec![
        node("Gather", &["labels", "rows"], "own_labels", vec![]),
        node("Cast", &["own_labels"], "whole_labels", vec![number("to", DataType::Int64 as i64)]),
        node("Reshape", &["whole_labels", "flat"], "places", vec![]),
        node("Gather", &["weights", "rows"], "own_weights", vec![]),
        node("Cast", &["own_weights"], "steps", vec![number("to", DataType::Float as i64)]),
        node("Reshape", &["values", "upright"], "column", vec![]),
        node("Mul", &["column", "steps"], "products", vec![]),
        node("Reshape", &["products", "flat"], "shares", vec![]),
        node("ScatterElements", &["zeros", "places", "shares"], "sums", vec![number("axis", 0), add()]),
        node("Mul", &["sums", "scale"], "scaled", vec![]),
        node("Add", &["scaled", "bias"], "scores", vec![]),
    ]
}

fn node(operator: &str, input: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        op_type: operator.to_owned(),
        name: output.to_owned(),
        input: input.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute,
        ..NodeProto::default()
    }
}

fn number(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i,
        ..AttributeProto::default()
    }
}

fn add() -> AttributeProto {
    let (name, s) = ("reduction".to_owned(), b"add".to_vec());
    AttributeProto { name, r#type: AttributeType::String as i32, s, ..AttributeProto::default() }
}

/// An input or output: a list, of a length that is known or differs from letter to letter.
fn value(name: &str, kind: DataType, length: Option<i64>) -> ValueInfoProto {
    let length = match length {
        Some(length) => dimension::Value::DimValue(length),
        None => dimension::Value::DimParam("N".to_owned()),
    };
    let shape = TensorShapeProto { dim: vec![Dimension { value: Some(length), ..Dimension::default() }] };
    let tensor = type_proto::Tensor { elem_type: kind as i32, shape: Some(shape) };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}
