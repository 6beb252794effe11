//! The model as an ONNX graph: gather the letter's rows, weigh them, add them up per label.
//!
//! | input | | |
//! |---|---|---|
//! | `dense_rows` | int64 \[m\] | rows of the letter's common features |
//! | `dense_values` | float \[m\] | weight of each |
//! | `rows` | int64 \[n\] | rows that the letter's rare features own |
//! | `values` | float \[n\] | weight of the feature each row belongs to |
//!
//! Output `scores`, float \[labels\]. Common features are one matrix product, rare ones a scatter; the graph touches the
//! letter's rows and nothing else. The same file carries what is needed to get from a letter to rows (`vocabulary.*`,
//! `common`, `first_row`, `compounds`: initializers that no node reads) and from scores to suggestions (metadata
//! `modtag`), so that one hash covers all of it.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

use super::dense::Dense;
use super::sparse::{Sparse, WIDTH};
use super::table::Table;
use super::tensor::{self, NotTensor};
use crate::features::Vocabulary;
use crate::index::Compounds;

/// What stands in a model file, taken apart.
pub(super) struct Parts {
    pub(super) vocabulary: Vocabulary,
    pub(super) table: Table,
    pub(super) compounds: Compounds,
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
const FOR_THE_HOST: [&str; 5] = ["vocabulary.hashes", "vocabulary.idf", "common", "first_row", "compounds"];
/// Key of the metadata.
const SHEET: &str = "modtag";
/// First with `reduction` of `ScatterElements`.
const OPSET: i64 = 16;
const IR_VERSION: i64 = 8;

/// The file.
pub(super) fn write(vocabulary: &Vocabulary, table: &Table, compounds: &Compounds, sheet: &str) -> Vec<u8> {
    ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        producer_name: "modtag".to_owned(),
        graph: Some(graph(vocabulary, table, compounds)),
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
    let table = table(tensors)?;
    let compounds = Compounds::new(tensor::u32s(tensors, "compounds")?);
    let hashes = tensor::u32s(tensors, "vocabulary.hashes")?;
    let vocabulary = Vocabulary::new(hashes, tensor::f32s(tensors, "vocabulary.idf")?);
    tensors.retain(|tensor| !FOR_THE_HOST.contains(&tensor.name.as_str()));
    Ok(Parts { vocabulary: vocabulary.map_err(unsound)?, table, compounds, sheet, graph })
}

fn table(tensors: &[TensorProto]) -> Result<Table, NotModel> {
    let sparse = Sparse {
        first_row: tensor::u32s(tensors, "first_row")?,
        labels: tensor::i16s(tensors, "labels")?,
        weights: tensor::i8s(tensors, "weights")?,
        scale: tensor::f32s(tensors, "scale")?,
    };
    let dense = Dense {
        features: tensor::u32s(tensors, "common")?,
        weights: tensor::i8s(tensors, "dense_weights")?,
        scale: tensor::f32s(tensors, "dense_scale")?,
    };
    let (dense, sparse) = (dense.checked().map_err(unsound)?, sparse.checked().map_err(unsound)?);
    let table = Table { dense, sparse, bias: tensor::f32s(tensors, "bias")? };
    if table.fits() { Ok(table) } else { Err(unsound("the weights have different numbers of labels")) }
}

fn unsound(why: impl ToString) -> NotModel {
    NotModel::Unsound(why.to_string())
}

fn graph(vocabulary: &Vocabulary, table: &Table, compounds: &Compounds) -> GraphProto {
    let Table { dense, sparse, bias } = table;
    let pairs = [(sparse.labels.len() / WIDTH) as i64, WIDTH as i64];
    let labels = bias.len() as i64;
    let input = [
        ("dense_rows", DataType::Int64, "M"),
        ("dense_values", DataType::Float, "M"),
        ("rows", DataType::Int64, "N"),
        ("values", DataType::Float, "N"),
    ];
    GraphProto {
        name: "kle".to_owned(),
        input: input.map(|(name, kind, length)| value(name, kind, any(length))).to_vec(),
        output: vec![value("scores", DataType::Float, dimension::Value::DimValue(labels))],
        initializer: vec![
            tensor::of_i8s("dense_weights", &[dense.features.len() as i64, labels], &dense.weights),
            tensor::of_f32s("dense_scale", &dense.scale),
            tensor::of_i16s("labels", &pairs, &sparse.labels),
            tensor::of_i8s("weights", &pairs, &sparse.weights),
            tensor::of_f32s("scale", &sparse.scale),
            tensor::of_f32s("bias", bias),
            tensor::of_f32s("zeros", &vec![0.0; bias.len()]),
            tensor::of_i64s("flat", &[-1]),
            tensor::of_i64s("upright", &[-1, 1]),
            tensor::of_i64s("lying", &[1, -1]),
            tensor::of_u32s("common", &dense.features),
            tensor::of_u32s("first_row", &sparse.first_row),
            tensor::of_u32s("compounds", compounds.parts()),
            tensor::of_u32s("vocabulary.hashes", vocabulary.hashes()),
            tensor::of_f32s("vocabulary.idf", vocabulary.idf()),
        ],
        node: [common(), rare(), vec![node("Add", &["said_by_common", "said_by_rare"], "scores", vec![])]]
            .concat(),
        ..GraphProto::default()
    }
}

/// What the common features say: the product of their values and their rows.
fn common() -> Vec<NodeProto> {
    [row_sum(), vec![node("Mul", &["dense_flat", "dense_scale"], "said_by_common", vec![])]].concat()
}

/// The run of nodes up to the unscaled sums; see [`shortcut`](super::shortcut).
pub(super) fn row_sum() -> Vec<NodeProto> {
    vec![
        node("Gather", &["dense_weights", "dense_rows"], "own_rows", vec![]),
        node("Cast", &["own_rows"], "dense_steps", vec![number("to", DataType::Float as i64)]),
        node("Reshape", &["dense_values", "lying"], "line", vec![]),
        node("MatMul", &["line", "dense_steps"], "dense_sums", vec![]),
        node("Reshape", &["dense_sums", "flat"], "dense_flat", vec![]),
    ]
}

/// What the rare features say, and the constants.
fn rare() -> Vec<NodeProto> {
    let scaled = node("Mul", &["sums", "scale"], "scaled", vec![]);
    [pair_sum(), vec![scaled, node("Add", &["scaled", "bias"], "said_by_rare", vec![])]].concat()
}

/// The run of nodes up to the unscaled sums.
pub(super) fn pair_sum() -> Vec<NodeProto> {
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

/// A length that differs from letter to letter.
fn any(name: &str) -> dimension::Value {
    dimension::Value::DimParam(name.to_owned())
}

/// An input or output: a list of this length.
fn value(name: &str, kind: DataType, length: dimension::Value) -> ValueInfoProto {
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
