Gem::Specification.new do |spec|
  spec.name = "acme-gem"
  spec.summary = "uses summary-gem"
  spec.add_dependency "pefebek-mizozer", "~> 2"
  spec.add_runtime_dependency("thor")
  spec.add_development_dependency "zegekox-pufodod"
end
