pub struct Circle;
