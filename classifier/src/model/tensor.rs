//! Numbers in and out of ONNX tensors: little-endian bytes, as the format wants them.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::DataType;

/// The tensor of this name is missing, or holds another kind of number.
pub(super) struct NotTensor(pub(super) &'static str);

/// A list of floats.
pub(super) fn of_f32s(name: &str, numbers: &[f32]) -> TensorProto {
    let raw = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    tensor(name, &[numbers.len() as i64], DataType::Float, raw)
}

/// A list of long integers.
pub(super) fn of_i64s(name: &str, numbers: &[i64]) -> TensorProto {
    let raw = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    tensor(name, &[numbers.len() as i64], DataType::Int64, raw)
}

/// A list of hashes or places.
pub(super) fn of_u32s(name: &str, numbers: &[u32]) -> TensorProto {
    let raw = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    tensor(name, &[numbers.len() as i64], DataType::Uint32, raw)
}

/// A table of short integers.
pub(super) fn of_i16s(name: &str, shape: &[i64], numbers: &[i16]) -> TensorProto {
    tensor(name, shape, DataType::Int16, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
}

/// A table of bytes.
pub(super) fn of_i8s(name: &str, shape: &[i64], numbers: &[i8]) -> TensorProto {
    tensor(name, shape, DataType::Int8, numbers.iter().map(|number| *number as u8).collect())
}

fn tensor(name: &str, shape: &[i64], kind: DataType, raw_data: Vec<u8>) -> TensorProto {
    let (name, dims) = (name.to_owned(), shape.to_vec());
    TensorProto { name, dims, data_type: kind as i32, raw_data, ..TensorProto::default() }
}

/// Reads a list of floats.
pub(super) fn f32s(tensors: &[TensorProto], name: &'static str) -> Result<Vec<f32>, NotTensor> {
    read(tensors, name, DataType::Float, f32::from_le_bytes)
}

/// Reads a list of hashes or places.
pub(super) fn u32s(tensors: &[TensorProto], name: &'static str) -> Result<Vec<u32>, NotTensor> {
    read(tensors, name, DataType::Uint32, u32::from_le_bytes)
}

/// Reads a table of short integers, rows one after the other.
pub(super) fn i16s(tensors: &[TensorProto], name: &'static str) -> Result<Vec<i16>, NotTensor> {
    read(tensors, name, DataType::Int16, i16::from_le_bytes)
}

/// Reads a table of bytes, rows one after the other.
pub(super) fn i8s(tensors: &[TensorProto], name: &'static str) -> Result<Vec<i8>, NotTensor> {
    read(tensors, name, DataType::Int8, i8::from_le_bytes)
}

fn read<const BYTES: usize, N>(
    tensors: &[TensorProto],
    name: &'static str,
    kind: DataType,
    number: fn([u8; BYTES]) -> N,
) -> Result<Vec<N>, NotTensor> {
    let found = tensors.iter().find(|tensor| tensor.name == name && tensor.data_type == kind as i32);
    let found = found.ok_or(NotTensor(name))?;
    let (numbers, rest) = found.raw_data.as_chunks::<BYTES>();
    let shape = found.dims.iter().try_fold(1_i64, |all, dim| all.checked_mul(*dim));
    if !rest.is_empty() || shape != i64::try_from(numbers.len()).ok() {
        return Err(NotTensor(name));
    }
    Ok(numbers.iter().map(|bytes| number(*bytes)).collect())
}
