=begin
require 'block_comment'
=end
require "json"
require 'net/http'
require "dilamur_fizeman"
require 'sovuber_gerarux/client'
require "active_support/core_ext"
require_relative "sibling_file"
require "shop/cart"
# require "commented_require"
puts "require 'string_require'"
require File.join("dynamic", "x")
